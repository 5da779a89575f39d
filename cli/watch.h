#ifndef BERTHMASTER_CLI_WATCH_H_
#define BERTHMASTER_CLI_WATCH_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/resource_name.h"
#include "common/clock/clock.h"

namespace berthmaster {

struct WatchOptions {
  ResourceKind kind = ResourceKind::kIncident;
  // kTable: one line a change under a heading. kJson: one JSON object a line.
  OutputFormat format = OutputFormat::kTable;
};

// `berthctl watch`: what is there, then each change, until `print` returns false (nobody reads any
// more). A broken stream is opened again, with a word to `complain` once, after `pause` has let
// some time pass. The error is the server's when it refuses to stream at all.
absl::Status Watch(Client& client, const WatchOptions& options, Clock& clock,
                   const std::function<bool(const std::string&)>& print,
                   const std::function<void(const std::string&)>& complain,
                   const std::function<void(absl::Duration)>& pause);

// Calls `take` with the rollout as it is and then whenever it changed, until `take` returns false;
// otherwise as Watch. `rollout` is it as it was just now.
absl::Status WatchRollout(Client& client, const v1::Rollout& rollout,
                          const std::function<bool(const v1::Rollout&)>& take,
                          const std::function<void(const std::string&)>& complain,
                          const std::function<void(absl::Duration)>& pause);

// `berthctl wait`: returns when the incident or rollout `name` has the state `state` (its short
// name, any case). INVALID_ARGUMENT lists the states when it is none. DEADLINE_EXCEEDED when
// `limit` is over. FAILED_PRECONDITION says why when it will not come there: what FAILED or is
// REVERTED is over, what is REVERTING only becomes REVERTED, and from CONFIRMED there is only the
// way back.
absl::Status WaitForState(Client& client, const ResourceRef& ref, absl::string_view state,
                          absl::Duration limit);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_WATCH_H_
