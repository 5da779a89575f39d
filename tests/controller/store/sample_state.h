#ifndef BERTHMASTER_TESTS_CONTROLLER_STORE_SAMPLE_STATE_H_
#define BERTHMASTER_TESTS_CONTROLLER_STORE_SAMPLE_STATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/sample.h"
#include "controller/store/control_store.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// 2026-01-01 00:00:00 UTC.
inline constexpr int64_t kStartSeconds = 1767225600;
inline absl::Time At(int64_t seconds) { return absl::FromUnixSeconds(kStartSeconds + seconds); }

// Control state in which every member of every struct has a value of its own, so that a member that
// is lost or swapped shows.
ControlState FullControlState();

// `count` audit entries that follow `after`, with every member set and well linked.
std::vector<AuditEntry> AuditAfter(const AuditTail& after, int count);

// The smallest of each.
Host MakeHost(absl::string_view host_id);
Incident MakeIncident(absl::string_view id, IncidentState state, absl::Time open_time);
Recommendation MakeRecommendation(absl::string_view id, RecommendationState state,
                                  absl::Time create_time);
Rollout MakeRollout(absl::string_view id, RolloutState state, absl::Time create_time);

// "hosts/web-1/netns/7/pools/10.0.0.1-10.0.0.2-443", the pool in MakeEntry's samples of web-1.
std::string PoolNameOf(absl::string_view host_id);

// A sample of the host at At(sequence) with one namespace and one connect pool with `in_use`.
HistoryEntry MakeEntry(absl::string_view host_id, int64_t epoch, int64_t sequence,
                       int32_t in_use = 10);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_STORE_SAMPLE_STATE_H_
