#include "controller/store/sqlite/varint.h"

namespace berthmaster {
namespace {

// Differences may go beyond 64 bits; taken modulo 2^64 they still lead back.
int64_t Difference(int64_t from, int64_t to) {
  return static_cast<int64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from));
}

int64_t Sum(int64_t from, int64_t difference) {
  return static_cast<int64_t>(static_cast<uint64_t>(from) + static_cast<uint64_t>(difference));
}

}  // namespace

void PutUnsigned(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void PutSigned(int64_t value, std::string& out) {
  auto bits = static_cast<uint64_t>(value);
  PutUnsigned(value < 0 ? ~(bits << 1) : bits << 1, out);
}

std::optional<uint64_t> TakeUnsigned(absl::string_view& in) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return std::nullopt;
    auto byte = static_cast<uint8_t>(in.front());
    in.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

std::optional<int64_t> TakeSigned(absl::string_view& in) {
  std::optional<uint64_t> bits = TakeUnsigned(in);
  if (!bits.has_value()) return std::nullopt;
  return static_cast<int64_t>((*bits & 1) != 0 ? ~(*bits >> 1) : *bits >> 1);
}

void PutColumn(absl::Span<const int64_t> values, std::string& out) {
  int64_t last = 0;
  for (size_t i = 0; i < values.size();) {
    PutSigned(Difference(last, values[i]), out);
    size_t run_end = i + 1;
    if (values[i] == last) {
      while (run_end < values.size() && values[run_end] == last) ++run_end;
      PutUnsigned(run_end - i - 1, out);
    }
    last = values[i];
    i = run_end;
  }
}

std::optional<std::vector<int64_t>> TakeColumn(size_t count, absl::string_view& in) {
  std::vector<int64_t> values;
  values.reserve(count);
  int64_t last = 0;
  while (values.size() < count) {
    std::optional<int64_t> difference = TakeSigned(in);
    if (!difference.has_value()) return std::nullopt;
    uint64_t more = 0;
    if (*difference == 0) {
      std::optional<uint64_t> run = TakeUnsigned(in);
      if (!run.has_value() || *run >= count - values.size()) return std::nullopt;
      more = *run;
    }
    last = Sum(last, *difference);
    values.insert(values.end(), static_cast<size_t>(more) + 1, last);
  }
  return values;
}

}  // namespace berthmaster
