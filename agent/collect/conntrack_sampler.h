#ifndef BERTHMASTER_AGENT_COLLECT_CONNTRACK_SAMPLER_H_
#define BERTHMASTER_AGENT_COLLECT_CONNTRACK_SAMPLER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How often the table's size is read, and how often it is looked where conntrack has done nothing
// yet and whether the rules have changed.
inline constexpr absl::Duration kConntrackTableInterval = absl::Seconds(10);
inline constexpr absl::Duration kConntrackIdleInterval = absl::Seconds(20);
inline constexpr absl::Duration kConntrackRulesInterval = absl::Seconds(60);
// A dump of the table costs about what one of as many sockets does. With fewer entries than this
// share of the narrowest range of ports, no SNAT pool can be past it, and there is no dump.
inline constexpr double kSnatQuietShare = 0.10;
// How often it is dumped then, and from which utilization of a pool or of the table on all of this
// is done for every sample.
inline constexpr absl::Duration kSnatDumpInterval = absl::Seconds(10);
inline constexpr double kConntrackUrgentUtilization = 0.5;

// The conntrack table and the SNAT pools of one namespace, as of the last time it was worth looking
// at them. One thread.
class ConntrackSampler {
 public:
  // Looks at what is due. `now` is monotonic. `reader` may be null.
  void Update(const NetnsEntry& netns, absl::Duration now, ConntrackReader* reader);

  const std::vector<PoolSample>& pools() const { return pools_; }
  // Since the namespace was made, by name: "conntrack.insert_failed".
  const std::map<std::string, int64_t>& counters() const { return counters_; }
  // What cannot be seen, with the remedy; none when all can, and where there is no conntrack.
  const std::vector<std::string>& limitations() const { return limitations_; }

 private:
  bool IsDue(std::optional<absl::Duration> last, absl::Duration interval, absl::Duration now) const;
  absl::Status ReadTable(const NetnsEntry& netns, absl::Duration now, ConntrackReader& reader);
  absl::Status ReadPools(const NetnsEntry& netns, absl::Duration now, ConntrackReader& reader);
  void SayWhatIsMissing();
  void Forget();

  // Nothing while there is no conntrack or the table is empty.
  std::optional<ConntrackTable> table_;
  SnatRules rules_;
  std::vector<PoolSample> snat_pools_;
  // Of the last dump.
  int64_t untracked_count_ = 0;
  std::vector<PoolSample> pools_;
  std::map<std::string, int64_t> counters_;
  std::vector<std::string> limitations_;
  bool is_refused_ = false;
  bool is_urgent_ = false;
  std::optional<absl::Duration> last_try_;
  std::optional<absl::Duration> last_rules_;
  std::optional<absl::Duration> last_dump_;
  absl::Duration table_interval_ = kConntrackTableInterval;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_CONNTRACK_SAMPLER_H_
