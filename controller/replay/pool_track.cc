#include "controller/replay/pool_track.h"

#include <algorithm>
#include <utility>

namespace berthmaster {
namespace {

// More forecasts than this never wait: two minutes, or ten for the moment of exhaustion, of samples
// a second apart, which is as often as an agent samples.
constexpr size_t kWaitingMax = 1024;
// "It will not run out" holds for this long.
constexpr absl::Duration kNoEndTime = absl::Minutes(2);
constexpr double kEndSpareShare = 0.25;
constexpr absl::Duration kEndSpare = absl::Seconds(10);
// A count is whole, a forecast is not.
constexpr double kRounding = 0.5;

// The curve at `offset`; nothing beyond its end.
std::optional<ForecastPoint> PointAt(const Forecast& forecast, absl::Duration offset) {
  const auto after =
      std::find_if(forecast.curve.begin(), forecast.curve.end(),
                   [offset](const ForecastPoint& point) { return point.offset >= offset; });
  if (after == forecast.curve.end()) return std::nullopt;
  if (after->offset == offset || after == forecast.curve.begin()) return *after;
  const ForecastPoint& before = *(after - 1);
  const double part = absl::FDivDuration(offset - before.offset, after->offset - before.offset);
  const auto between = [part](double a, double b) { return a + part * (b - a); };
  return ForecastPoint{offset, between(before.in_use, after->in_use),
                       between(before.in_use_min, after->in_use_min),
                       between(before.in_use_max, after->in_use_max)};
}

}  // namespace

PoolTrack::PoolTrack(std::string host_id, std::string pool_name, PoolId id,
                     std::optional<absl::Time> small_time) {
  report_.host_id = std::move(host_id);
  report_.pool_name = std::move(pool_name);
  report_.id = id;
  if (!small_time.has_value()) return;
  last_ = Value{*small_time, 0, 0};
  rise_time_ = *small_time;
}

void PoolTrack::Add(absl::string_view netns_label, const PoolSample& pool, absl::Time sample_time,
                    bool is_overflowing) {
  if (report_.netns_label != netns_label) report_.netns_label = std::string(netns_label);
  report_.capacity = pool.capacity;
  report_.utilization_max = std::max(report_.utilization_max, pool.utilization());
  ++report_.sample_count;
  const bool is_exhausted = (pool.headroom() == 0 && pool.in_use > 0) ||
                            pool.connect_failures.value_or(0) > 0 || is_overflowing;
  Advance({sample_time, static_cast<double>(pool.in_use - pool.reusable),
           static_cast<double>(std::max(pool.capacity, 0))},
          is_exhausted);
}

void PoolTrack::AddEmpty(absl::Time sample_time) {
  if (last_.has_value()) Advance({sample_time, 0, last_->capacity}, false);
}

void PoolTrack::Advance(const Value& now, bool is_exhausted) {
  if (last_.has_value() && now.sample_time <= last_->sample_time) {
    DropWaiting();
    last_.reset();
  }
  const bool is_first = !last_.has_value();
  if (is_first || now.in_use < kJudgedUtilizationMin * now.capacity) rise_time_ = now.sample_time;
  if (!is_first) JudgeHorizons(*last_, now);
  if (is_exhausted) {
    const bool is_new =
        !is_first && !is_exhausted_ && now.sample_time - exhausted_time_ > kExhaustionGap;
    if (is_new) {
      const Exhaustion exhaustion = {last_->sample_time, now.sample_time, rise_time_};
      JudgeEnd(exhaustion);
      if (report_.exhaustions.size() < kExhaustionsMax) report_.exhaustions.push_back(exhaustion);
    }
    ends_.clear();
    exhausted_time_ = now.sample_time;
  } else {
    DropPassedEnds(now.sample_time);
  }
  is_exhausted_ = is_exhausted;
  last_ = now;
}

void PoolTrack::Expect(const Forecast& forecast) {
  if (!last_.has_value()) return;
  // A curve of one point is where the pool is now.
  if (forecast.curve.size() < 2) {
    ++report_.unknown_load_count;
    return;
  }
  for (size_t i = 0; i < kJudgedHorizons.size(); ++i) {
    Horizon& horizon = horizons_[i];
    const std::optional<ForecastPoint> point = PointAt(forecast, kJudgedHorizons[i]);
    if (!point.has_value() || horizon.waiting.size() >= kWaitingMax) {
      ++horizon.unjudged_count;
      continue;
    }
    horizon.waiting.push_back({last_->sample_time + kJudgedHorizons[i], point->in_use,
                               point->in_use_min, point->in_use_max});
  }
  if (is_exhausted_ || ends_.size() >= kWaitingMax) return;
  ExpectedEnd& end = ends_.emplace_back();
  end.said_time = last_->sample_time;
  if (forecast.time_to_exhaustion.has_value()) {
    if (*forecast.time_to_exhaustion > kJudgedTimeLeftMax) {
      ends_.pop_back();
      return;
    }
    end.moment = end.said_time + *forecast.time_to_exhaustion;
  }
}

void PoolTrack::DropWaiting() {
  for (Horizon& horizon : horizons_) {
    horizon.unjudged_count += static_cast<int64_t>(horizon.waiting.size());
    horizon.waiting.clear();
  }
  ends_.clear();
  is_exhausted_ = false;
  exhausted_time_ = absl::InfinitePast();
}

void PoolTrack::JudgeHorizons(const Value& before, const Value& now) {
  const absl::Duration gap = now.sample_time - before.sample_time;
  for (Horizon& horizon : horizons_) {
    for (; !horizon.waiting.empty() && horizon.waiting.front().due <= now.sample_time;
         horizon.waiting.pop_front()) {
      const Expected& expected = horizon.waiting.front();
      if (gap > kJudgedGapMax || now.capacity <= 0) {
        ++horizon.unjudged_count;
        continue;
      }
      const double part = absl::FDivDuration(expected.due - before.sample_time, gap);
      const double actual = before.in_use + part * (now.in_use - before.in_use);
      // No pool holds more than its capacity, whatever the load asks for.
      const double error = std::min(expected.in_use, now.capacity) - actual;
      horizon.sockets.Add(error);
      horizon.share.Add(error / now.capacity);
      // A forecast without a band leaves both ends at 0.
      if (expected.min > expected.in_use || expected.max < expected.in_use) continue;
      ++horizon.band_count;
      if (actual >= std::min(expected.min, now.capacity) - kRounding &&
          actual <= expected.max + kRounding) {
        ++horizon.in_band_count;
      }
    }
  }
}

void PoolTrack::JudgeEnd(const Exhaustion& exhaustion) {
  for (const ExpectedEnd& end : ends_) {
    const absl::Duration left = exhaustion.until - end.said_time;
    if (left > kJudgedTimeLeftMax) continue;
    if (!end.moment.has_value()) {
      if (left <= kNoEndTime) ++report_.exhaustion.missed_count;
      continue;
    }
    const absl::Duration error = std::max(
        {absl::ZeroDuration(), exhaustion.after - *end.moment, *end.moment - exhaustion.until});
    end_seconds_.Add(absl::ToDoubleSeconds(error));
    end_share_.Add(absl::FDivDuration(error, left));
  }
}

void PoolTrack::DropPassedEnds(absl::Time now) {
  std::erase_if(ends_, [&](const ExpectedEnd& end) {
    if (!end.moment.has_value()) return now - end.said_time > kNoEndTime;
    const absl::Duration spare =
        std::max(kEndSpare, kEndSpareShare * (*end.moment - end.said_time));
    if (now <= *end.moment + spare) return false;
    ++report_.exhaustion.false_count;
    return true;
  });
}

PoolReport PoolTrack::Report() const {
  PoolReport report = report_;
  report.exhaustion.seconds = end_seconds_.Figures();
  report.exhaustion.share = end_share_.Figures();
  for (size_t i = 0; i < kJudgedHorizons.size(); ++i) {
    const Horizon& horizon = horizons_[i];
    report.horizons.push_back(
        {kJudgedHorizons[i], horizon.sockets.Figures(), horizon.share.Figures(), horizon.band_count,
         horizon.in_band_count,
         horizon.unjudged_count + static_cast<int64_t>(horizon.waiting.size())});
  }
  return report;
}

}  // namespace berthmaster
