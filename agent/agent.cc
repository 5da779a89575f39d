#include "agent/agent.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"

namespace berthmaster {
namespace {

// A lease is looked at this often, so that it is overrun by no more.
constexpr absl::Duration kLeaseCheckInterval = absl::Seconds(1);

// A controller refuses a sample with a longer text (common/wire/bounds.h).
constexpr size_t kLimitationBytesMax = 1000;

// The first of the ticks start, start + interval, … that is after `now`: ticks that were missed are
// left out, and those to come stay where they were.
absl::Duration NextTick(absl::Duration start, absl::Duration interval, absl::Duration now) {
  if (start > now) return start;
  absl::Duration since_tick;
  absl::IDivDuration(now - start, interval, &since_tick);
  return now - since_tick + interval;
}

}  // namespace

Agent::Agent(absl::Duration sample_interval, AgentParts parts)
    : sample_interval_(sample_interval), parts_(parts), next_sample_(parts.clock->MonotonicNow()) {}

void Agent::Run() {
  while (!is_stopping_) {
    absl::Duration next = Step();
    parts_.link->WaitUntil(next);
  }
  parts_.link->Close("the agent was stopped");
}

void Agent::Stop() {
  is_stopping_ = true;
  parts_.link->Wake();
}

absl::Duration Agent::Step() {
  std::optional<DesiredState> desired = parts_.link->Drive(parts_.tuner->applied_revision());
  if (desired.has_value()) parts_.link->SendReply(parts_.tuner->Apply(*desired));
  if (std::optional<DesiredStateReply> report = parts_.tuner->CheckLeases(); report.has_value()) {
    parts_.link->SendReply(*report);
  }
  absl::Duration now = parts_.clock->MonotonicNow();
  if (now >= next_sample_) {
    TakeSample();
    now = parts_.clock->MonotonicNow();
    next_sample_ = NextTick(next_sample_, sample_interval_, now);
  }
  return std::min({next_sample_, parts_.link->NextDrive(), now + kLeaseCheckInterval});
}

void Agent::TakeSample() {
  absl::StatusOr<HostSample> sample = parts_.sampler->Sample();
  if (!sample.ok()) {
    std::string failure = sample.status().ToString();
    if (failure != sampler_failure_) LogWarning("nothing can be sampled: ", failure);
    sampler_failure_ = failure;
    // That nothing can be seen is to be seen too.
    sample = HostSample();
    sample->sample_time = parts_.clock->SystemNow();
    sample->limitations.push_back(failure.substr(0, kLimitationBytesMax));
  } else if (!sampler_failure_.empty()) {
    LogInfo("samples can be taken again");
    sampler_failure_.clear();
  }
  int64_t dropped_count = parts_.link->dropped_count();
  if (dropped_count != reported_dropped_count_) {
    sample->limitations.push_back(
        absl::StrCat(dropped_count - reported_dropped_count_,
                     " samples before this one were dropped, since they could not be delivered"));
    reported_dropped_count_ = dropped_count;
  }
  parts_.link->SendSample(*std::move(sample));
}

}  // namespace berthmaster
