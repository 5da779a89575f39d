#ifndef BERTHMASTER_AGENT_TOP_TOP_LOOP_H_
#define BERTHMASTER_AGENT_TOP_TOP_LOOP_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/collect/host_sampler.h"
#include "agent/top/terminal.h"
#include "common/clock/clock.h"

namespace berthmaster {

struct TopOptions {
  // What this host is called.
  absl::string_view host = {};
  absl::Duration interval = absl::Seconds(2);
  bool has_colours = false;
};

// Samples and shows until the person at the terminal has enough. An error of the sampler is shown
// and tried again; the error returned is the terminal's.
absl::Status RunTopLoop(const TopOptions& options, HostSampler& sampler, const Clock& clock,
                        Terminal& terminal);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TOP_LOOP_H_
