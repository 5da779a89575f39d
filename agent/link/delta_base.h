#ifndef BERTHMASTER_AGENT_LINK_DELTA_BASE_H_
#define BERTHMASTER_AGENT_LINK_DELTA_BASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/link/spool.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Makes deltas of what a session sends: against the newest sample that the controller acknowledged
// in it. Holds that one and the newest one sent, decoded; at rest the second becomes the first,
// and while a backlog is delivered the acknowledged one is read back from the spool. One thread.
class DeltaBase {
 public:
  explicit DeltaBase(std::string host_id) : host_id_(std::move(host_id)) {}

  // A session begins, of a controller that merges deltas or one that takes full samples only.
  void Begin(bool accepts_deltas);
  // The controller has nothing to merge with and asks for full samples.
  void Forget();
  // What to send for `full`: a delta where there is a base and it is smaller, else `full` itself.
  v1::Sample Encode(v1::Sample full);
  // The controller acknowledged `sequence`, which `spool` may still hold.
  void Acknowledge(int64_t sequence, Spool& spool);

 private:
  std::shared_ptr<const HostSample> Decode(const v1::Sample& full) const;

  const std::string host_id_;
  bool accepts_deltas_ = false;
  // Null when there is none.
  std::shared_ptr<const HostSample> base_;
  std::shared_ptr<const HostSample> newest_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_DELTA_BASE_H_
