#ifndef BERTHMASTER_CONTROLLER_MODEL_RECOMMENDATION_H_
#define BERTHMASTER_CONTROLLER_MODEL_RECOMMENDATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "controller/model/incident.h"

namespace berthmaster {

enum class RecommendationState : uint8_t {
  kProposed = 1,
  kApproved = 2,
  kRejected = 3,
  kExpired = 4
};
enum class RecommendationKind : uint8_t {
  kWidenRange = 1,
  kTimeWaitReuse = 2,
  kTimeWaitTable = 3,
  kPooling = 4,
  kApplication = 5,
  kReservedPorts = 6,
  kSynRetries = 7,
  kFinTimeout = 8,
  kConntrackTable = 9,
  kConntrackTimeout = 10,
  kMasqueradeRange = 11,
  kSynCookies = 12,
  kBacklog = 13,
  kTopology = 14,
  kCombination = 15,
};
enum class RecommendationRisk : uint8_t { kLow = 1, kMedium = 2, kHigh = 3 };

// How large a connection pool has to be, by Little's law.
struct PoolingAdvice {
  int32_t connection_pool_size = 0;
  double connection_rate = 0;
  absl::Duration hold_time;
  int32_t ports_saved = 0;
  friend bool operator==(const PoolingAdvice&, const PoolingAdvice&) = default;
};

// Where a pool is going.
struct Outlook {
  int32_t capacity = 0;
  double utilization = 0;
  std::optional<double> settled_utilization;
  std::optional<absl::Duration> time_to_exhaustion;
  friend bool operator==(const Outlook&, const Outlook&) = default;
};

struct WhatIf {
  Outlook before;
  Outlook after;
  friend bool operator==(const WhatIf&, const WhatIf&) = default;
};

struct Decision {
  std::string decider;
  std::string reason;
  absl::Time decide_time;
  std::string content_sha256;
  friend bool operator==(const Decision&, const Decision&) = default;
};

// A proposal to end or prevent an incident.
struct Recommendation {
  // The last part of "recommendations/{recommendation}".
  std::string id;
  RecommendationState state = RecommendationState::kProposed;
  RecommendationKind kind = RecommendationKind::kWidenRange;
  std::string summary;
  std::string rationale;
  std::string incident_id;
  std::string host_id;
  uint64_t netns_cookie = 0;
  uint64_t netns_inode = 0;
  std::string netns_label;
  std::string pool_name;
  int32_t rank = 1;
  // In the order of writing; empty for what no agent can apply.
  std::vector<SysctlChange> changes;
  std::optional<PoolingAdvice> pooling;
  std::vector<Evidence> evidence;
  WhatIf what_if;
  RecommendationRisk risk = RecommendationRisk::kLow;
  std::vector<std::string> caveats;
  std::string reversibility;
  std::string durable_form;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<Decision> decision;
  // The rollout its approval started; empty when there is none.
  std::string rollout_id;
  int64_t revision = 1;

  friend bool operator==(const Recommendation&, const Recommendation&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_RECOMMENDATION_H_
