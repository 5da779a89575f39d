#ifndef BERTHMASTER_AGENT_TOP_TOP_ROWS_H_
#define BERTHMASTER_AGENT_TOP_TOP_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Pools that are emptier than this are not forecast: a sample may have ten thousand of them.
inline constexpr double kForecastUtilizationMin = 0.02;

// What names a pool from one sample to the next.
struct TopPoolId {
  uint64_t netns_cookie = 0;
  PoolKind kind = PoolKind::kConnect;
  PoolKey key;
  friend bool operator==(const TopPoolId&, const TopPoolId&) = default;
};

// One line of the view.
struct TopRow {
  const NetnsSample* netns = nullptr;
  const PoolSample* pool = nullptr;
  std::optional<absl::Duration> time_to_exhaustion;

  TopPoolId id() const { return {netns->cookie, pool->kind, pool->key}; }
};

// A sample and its rows, made once for all the frames that show it. Not to be copied: rows point
// into the sample.
class TopSample {
 public:
  TopSample() = default;
  explicit TopSample(HostSample sample);
  TopSample(const TopSample&) = delete;
  TopSample& operator=(const TopSample&) = delete;
  TopSample(TopSample&&) = default;
  TopSample& operator=(TopSample&&) = default;

  const HostSample& sample() const { return sample_; }
  const std::vector<TopRow>& rows() const { return rows_; }
  // Everything that could not be seen, each with where.
  const std::vector<std::string>& limitations() const { return limitations_; }

 private:
  HostSample sample_;
  std::vector<TopRow> rows_;
  std::vector<std::string> limitations_;
};

enum class TopSort : uint8_t { kUtilization, kInUse, kHeadroom, kRate, kTimeToExhaustion, kNetns };
absl::string_view TopSortName(TopSort sort);

// The rows that `filter` is in, in any case (in the namespace's label and labels, the kind, the
// pool's key or an owner's name; empty for all), in order. What has no value for the order comes
// last.
std::vector<TopRow> SelectRows(const TopSample& sample, TopSort sort, bool is_reversed,
                               absl::string_view filter);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TOP_ROWS_H_
