#ifndef BERTHMASTER_CONTROLLER_MODEL_RECOMMENDATION_H_
#define BERTHMASTER_CONTROLLER_MODEL_RECOMMENDATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/protocol/desired_state.h"
#include "controller/model/decision.h"
#include "controller/model/incident.h"
#include "controller/model/rollout_plan.h"

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
  // A person's own.
  kCustom = 16,
};
enum class RecommendationRisk : uint8_t { kLow = 1, kMedium = 2, kHigh = 3 };

// How far what is changed reaches.
enum class RecommendationScope : uint8_t {
  // One network namespace, whatever runs in it.
  kNamespace = 1,
  // The whole host, its other namespaces too.
  kHost = 2,
  // One application; nobody else notices.
  kWorkload = 3,
};

enum class DurableFormKind : uint8_t {
  kSysctlDropIn = 1,
  kPodSecurityContext = 2,
  kKubeletAllowList = 3,
  // To be run where the namespace is made.
  kCommand = 4,
  // A rule of iptables or nftables.
  kFirewallRule = 5,
};

// Text that keeps a change over a reboot, for a person to install.
struct DurableForm {
  DurableFormKind kind = DurableFormKind::kSysctlDropIn;
  // Where it belongs: a path, a part of a file, a flag.
  std::string place;
  std::string text;
  friend bool operator==(const DurableForm&, const DurableForm&) = default;
};

// Configuration or code of one product, with the numbers of this pool in it.
struct Snippet {
  // "nginx"
  std::string product;
  // Where it belongs, and what to mind.
  std::string place;
  std::string text;
  friend bool operator==(const Snippet&, const Snippet&) = default;
};

// Each figure alone suffices. Nothing where that kind of address does not widen the pool.
struct TopologyAdvice {
  std::optional<int32_t> more_source_addresses;
  std::optional<int32_t> more_destination_addresses;
  std::optional<int32_t> more_destination_ports;
  friend bool operator==(const TopologyAdvice&, const TopologyAdvice&) = default;
};

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

// The proposer of what the engine recommends.
inline constexpr absl::string_view kEngineProposer = "berthmaster";

// A proposal to end or prevent an incident, or a person's own.
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
  std::optional<TopologyAdvice> topology;
  std::vector<Snippet> snippets;
  RecommendationScope scope = RecommendationScope::kNamespace;
  // What was found to hold, without which it would not be proposed.
  std::vector<std::string> preconditions;
  std::vector<Evidence> evidence;
  WhatIf what_if;
  RecommendationRisk risk = RecommendationRisk::kLow;
  std::vector<std::string> caveats;
  std::string reversibility;
  std::vector<DurableForm> durable_forms;
  absl::Time create_time;
  absl::Time update_time;
  std::optional<Decision> decision;
  // Who proposed it.
  std::string proposer = std::string(kEngineProposer);
  RolloutPlan plan;
  // Of the content as it is, by different deciders, oldest first.
  std::vector<Decision> approvals;
  // By the approval policy, when the content was last looked at. 0: a policy approves.
  int32_t approvals_required = 1;
  // Nothing where it stands for as long as its incident.
  std::optional<absl::Time> expire_time;
  // Namespaces that the plan matched when it was proposed.
  int32_t target_count = 1;
  // The rollout its approval started; empty when there is none.
  std::string rollout_id;
  int64_t revision = 1;

  friend bool operator==(const Recommendation&, const Recommendation&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_RECOMMENDATION_H_
