#include "controller/store/sqlite/history_codec.h"

#include <cmath>
#include <limits>

#include "controller/store/sqlite/varint.h"

namespace berthmaster {
namespace {

// Far more than one block ever has; bounds what a damaged file can make us allocate.
constexpr uint64_t kBlockSamplesMax = 100'000;
constexpr double kRateScale = 1000.0;
// Above this a rate is no measurement, and its thousandths lose whole numbers.
constexpr double kRateMax = 1e12;

// 0 for unknown, else one more than the thousandths: rates are never negative.
int64_t RateCode(const std::optional<double>& rate) {
  if (!rate.has_value() || !(*rate >= 0 && *rate <= kRateMax)) return 0;
  return std::llround(*rate * kRateScale) + 1;
}

std::optional<double> RateOf(int64_t code) {
  if (code <= 0) return std::nullopt;
  return static_cast<double>(code - 1) / kRateScale;
}

bool TakeCount(absl::string_view& in, int32_t& value) {
  std::optional<int64_t> taken = TakeSigned(in);
  if (!taken.has_value() || *taken < std::numeric_limits<int32_t>::min() ||
      *taken > std::numeric_limits<int32_t>::max()) {
    return false;
  }
  value = static_cast<int32_t>(*taken);
  return true;
}

bool TakePool(absl::string_view& in, PoolValues& pool) {
  std::optional<int64_t> pool_id = TakeSigned(in);
  if (!pool_id.has_value()) return false;
  pool.pool_id = *pool_id;
  if (!TakeCount(in, pool.capacity) || !TakeCount(in, pool.in_use) ||
      !TakeCount(in, pool.reusable) || !TakeCount(in, pool.time_wait) ||
      !TakeCount(in, pool.established)) {
    return false;
  }
  std::optional<int64_t> rate = TakeSigned(in);
  if (!rate.has_value()) return false;
  pool.connection_rate = RateOf(*rate);
  return true;
}

// The columns of a vector of rows, by a function from row to value.
template <typename Row, typename Value>
void PutColumnOf(absl::Span<const Row> rows, Value value, std::string& out) {
  std::vector<int64_t> column;
  column.reserve(rows.size());
  for (const Row& row : rows) column.push_back(value(row));
  PutColumn(column, out);
}

std::optional<size_t> TakeRowCount(absl::string_view& in) {
  std::optional<uint64_t> count = TakeUnsigned(in);
  if (!count.has_value() || *count > kBlockSamplesMax) return std::nullopt;
  return static_cast<size_t>(*count);
}

template <typename Row, typename Assign>
bool TakeColumnInto(std::vector<Row>& rows, Assign assign, absl::string_view& in) {
  std::optional<std::vector<int64_t>> column = TakeColumn(rows.size(), in);
  if (!column.has_value()) return false;
  for (size_t i = 0; i < rows.size(); ++i) assign(rows[i], (*column)[i]);
  return true;
}

// Every count that a point has, so that writing and reading have one order.
constexpr int32_t PoolValues::*kCounts[] = {&PoolValues::capacity, &PoolValues::in_use,
                                            &PoolValues::reusable, &PoolValues::time_wait,
                                            &PoolValues::established};
// The same for a namespace, but for the times, which come first.
constexpr int64_t NetnsValues::*kNetnsCounts[] = {&NetnsValues::tcp_in_use, &NetnsValues::time_wait,
                                                  &NetnsValues::time_wait_overflow_count};

// Steps are more even than times, so they take fewer bytes.
void PutTimes(absl::Span<const NetnsValues> samples, std::string& out) {
  // Unsigned, because the outermost times are more than 63 bits apart.
  uint64_t last = 0;
  PutColumnOf(
      samples,
      [&last](const NetnsValues& sample) {
        auto time = static_cast<uint64_t>(sample.sample_time_us);
        auto step = static_cast<int64_t>(time - last);
        last = time;
        return step;
      },
      out);
}

bool TakeTimes(std::vector<int64_t>& times, absl::string_view& in) {
  std::optional<size_t> count = TakeRowCount(in);
  if (!count.has_value()) return false;
  times.resize(*count);
  uint64_t last = 0;
  return TakeColumnInto(
      times,
      [&last](int64_t& time, int64_t step) {
        last += static_cast<uint64_t>(step);
        time = static_cast<int64_t>(last);
      },
      in);
}

}  // namespace

PoolValues ValuesOf(int64_t pool_id, const PoolSample& pool) {
  return {pool_id,
          pool.capacity,
          pool.in_use,
          pool.reusable,
          pool.states[TcpState::kTimeWait],
          pool.states[TcpState::kEstablished],
          pool.connection_rate};
}

void AppendPool(const PoolValues& pool, std::string& blob) {
  PutSigned(pool.pool_id, blob);
  for (int32_t PoolValues::*count : kCounts) PutSigned(pool.*count, blob);
  PutSigned(RateCode(pool.connection_rate), blob);
}

std::optional<std::vector<PoolValues>> DecodePools(absl::string_view blob) {
  std::vector<PoolValues> pools;
  while (!blob.empty()) {
    if (!TakePool(blob, pools.emplace_back())) return std::nullopt;
  }
  return pools;
}

std::optional<PoolValues> FindPool(absl::string_view blob, int64_t pool_id, bool& intact) {
  std::optional<PoolValues> found;
  PoolValues pool;
  intact = true;
  while (!blob.empty()) {
    intact = TakePool(blob, pool);
    if (!intact) return std::nullopt;
    if (pool.pool_id == pool_id) found = pool;
  }
  return found;
}

std::string EncodeSamples(absl::Span<const NetnsValues> samples) {
  std::string blob;
  PutUnsigned(samples.size(), blob);
  PutTimes(samples, blob);
  for (int64_t NetnsValues::*count : kNetnsCounts) {
    PutColumnOf(
        samples, [count](const NetnsValues& sample) { return sample.*count; }, blob);
  }
  return blob;
}

std::optional<std::vector<int64_t>> DecodeSampleTimes(absl::string_view blob) {
  std::vector<int64_t> times;
  if (!TakeTimes(times, blob)) return std::nullopt;
  return times;
}

std::optional<std::vector<NetnsValues>> DecodeSamples(absl::string_view blob) {
  std::vector<int64_t> times;
  if (!TakeTimes(times, blob)) return std::nullopt;
  std::vector<NetnsValues> samples(times.size());
  for (size_t i = 0; i < times.size(); ++i) samples[i].sample_time_us = times[i];
  for (int64_t NetnsValues::*count : kNetnsCounts) {
    auto assign = [count](NetnsValues& sample, int64_t value) { sample.*count = value; };
    if (!TakeColumnInto(samples, assign, blob)) return std::nullopt;
  }
  if (!blob.empty()) return std::nullopt;
  return samples;
}

std::string EncodePoints(absl::Span<const BlockPoint> points) {
  std::string blob;
  PutUnsigned(points.size(), blob);
  // Against its place among the points: always the same for a pool that is in every sample.
  int64_t place = 0;
  PutColumnOf(
      points, [&place](const BlockPoint& point) { return point.sample - place++; }, blob);
  for (int32_t PoolValues::*count : kCounts) {
    PutColumnOf(
        points, [count](const BlockPoint& point) { return int64_t{point.values.*count}; }, blob);
  }
  PutColumnOf(
      points, [](const BlockPoint& point) { return RateCode(point.values.connection_rate); }, blob);
  return blob;
}

std::optional<std::vector<BlockPoint>> DecodePoints(absl::string_view blob) {
  std::optional<size_t> count = TakeRowCount(blob);
  if (!count.has_value()) return std::nullopt;
  std::vector<BlockPoint> points(*count);
  uint64_t place = 0;
  auto assign_sample = [&place](BlockPoint& point, int64_t value) {
    point.sample = static_cast<int64_t>(static_cast<uint64_t>(value) + place++);
  };
  if (!TakeColumnInto(points, assign_sample, blob)) return std::nullopt;
  for (int32_t PoolValues::*member : kCounts) {
    auto assign = [member](BlockPoint& point, int64_t value) {
      point.values.*member = static_cast<int32_t>(value);
    };
    if (!TakeColumnInto(points, assign, blob)) return std::nullopt;
  }
  auto assign_rate = [](BlockPoint& point, int64_t value) {
    point.values.connection_rate = RateOf(value);
  };
  if (!TakeColumnInto(points, assign_rate, blob) || !blob.empty()) return std::nullopt;
  return points;
}

}  // namespace berthmaster
