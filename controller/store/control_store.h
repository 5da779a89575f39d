#ifndef BERTHMASTER_CONTROLLER_STORE_CONTROL_STORE_H_
#define BERTHMASTER_CONTROLLER_STORE_CONTROL_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/audit_entry.h"
#include "controller/model/approval_policy.h"
#include "controller/model/detection_policy.h"
#include "controller/model/host.h"
#include "controller/model/incident.h"
#include "controller/model/recommendation.h"
#include "controller/model/rollout.h"
#include "controller/model/silence.h"

namespace berthmaster {

// A mutation that was answered, so that a retry with its request id gets the same answer (AIP-155).
struct CompletedRequest {
  std::string request_id;
  // Which method it was, "ApproveRecommendation": an id that comes back for another method is
  // refused.
  std::string method;
  // The SHA-256 in hex of the request, so that the same id with other content is refused.
  std::string request_sha256;
  // The resource it changed.
  std::string resource_name;
  absl::Time complete_time;
  friend bool operator==(const CompletedRequest&, const CompletedRequest&) = default;
};

// All decisions and lifecycle state of the controller.
struct ControlState {
  std::vector<Host> hosts;
  std::vector<Incident> incidents;
  std::vector<Recommendation> recommendations;
  std::vector<Rollout> rollouts;
  std::vector<CompletedRequest> requests;
  std::vector<Silence> silences;
  // Nothing: not set, or not changed.
  std::optional<DetectionPolicy> detection_policy;
  std::optional<ApprovalPolicy> approval_policy;
  // What is to be appended to the audit chain, in order. Never loaded: AuditReader reads it.
  std::vector<AuditEntry> audit;
  // The end of the chain as loaded. Not for Commit.
  AuditTail audit_tail;
};

// How many resolved incidents, decided recommendations and ended rollouts are loaded and listed;
// older ones stay in the file.
inline constexpr int kEndedLoadMax = 5000;
// How many silences are loaded, those that end last: room for all that are not over, and then some.
inline constexpr int kSilencesLoadMax = 2000;
// How long a request id is remembered.
inline constexpr absl::Duration kRequestMemory = absl::Hours(24);

// Where control state lives. One thread at a time.
class ControlStore {
 public:
  virtual ~ControlStore() = default;

  // Everything active, and the newest kEndedLoadMax of what has ended, oldest first.
  virtual absl::StatusOr<ControlState> Load() = 0;

  // Inserts or replaces every row of `changed` by its id, and the policy if there is one, and
  // appends the audit entries, in one durable transaction: all of it or nothing. An audit entry
  // that is there already stays once. RESOURCE_EXHAUSTED when the disk is full, UNAVAILABLE for
  // other I/O errors; the caller may try again.
  virtual absl::Status Commit(const ControlState& changed) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_CONTROL_STORE_H_
