#include "agent/agent.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/kernel/count_text.h"
#include "agent/kernel/self_usage.h"
#include "common/log/log.h"

namespace berthmaster {
namespace {

// A lease is looked at this often, so that it is overrun by no more.
constexpr absl::Duration kLeaseCheckInterval = absl::Seconds(1);

constexpr absl::Duration kPostInterval = absl::Seconds(1);

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

// Where the controller judges by the samples to come whether a change stays, and where it was taken
// back.
std::set<uint64_t> ToWatch(const DesiredState& desired, const DesiredStateReply& reply) {
  std::set<uint64_t> cookies;
  for (const DesiredChange& change : desired.changes) {
    if (!change.confirmed) cookies.insert(change.netns_cookie);
  }
  for (const ChangeResult& result : reply.results) {
    if (result.state == ApplyState::kReverted) cookies.insert(result.netns_cookie);
  }
  return cookies;
}

}  // namespace

Agent::Agent(AgentOptions options, AgentParts parts)
    : options_(std::move(options)),
      parts_(parts),
      pace_(options_.sample_interval, options_.cpu_budget),
      next_sample_(parts.clock->MonotonicNow()) {
  metrics_.version = options_.version;
  metrics_.profile = options_.profile;
  metrics_.sample_interval = options_.sample_interval;
}

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

void Agent::Reload(absl::StatusOr<AllowList> allow_list) {
  {
    absl::MutexLock lock(&reload_mutex_);
    reload_ = std::move(allow_list);
  }
  parts_.link->Wake();
}

void Agent::TakeReload() {
  std::optional<absl::StatusOr<AllowList>> reload;
  {
    absl::MutexLock lock(&reload_mutex_);
    reload = std::exchange(reload_, std::nullopt);
  }
  if (!reload.has_value()) return;
  if (!reload->ok()) {
    reload_failure_ = absl::StrCat(
        "the configuration was read again and is refused, so the allow-list before it stays in "
        "force; mend it and send SIGHUP: ",
        reload->status().message());
    LogWarning(reload_failure_);
    return;
  }
  reload_failure_.clear();
  LogInfo("allow-sysctls was read again: ", absl::StrJoin((*reload)->sysctls(), ", "),
          "; other keys hold from the next start");
  parts_.tuner->SetAllowList(**std::move(reload));
}

absl::Duration Agent::Step() {
  TakeReload();
  std::optional<DesiredState> desired = parts_.link->Drive(AppliedRevision());
  if (desired.has_value()) {
    parts_.link->SendReply(BringAbout(*desired));
    // Renewals change nothing.
    if (desired->revision != std::exchange(brought_revision_, desired->revision)) ShowChanges();
  }
  Report();
  absl::Duration now = parts_.clock->MonotonicNow();
  if (now < next_sample_ && now >= next_look_) LookForRise(now);
  if (now >= next_sample_) {
    last_sample_ = now;
    TakeSample();
    now = parts_.clock->MonotonicNow();
    next_sample_ = NextTick(next_sample_, metrics_.sample_interval, now);
    next_look_ = now + pace_.rise_interval();
  }
  Post(now);
  return std::min({next_sample_, next_look_, parts_.link->NextDrive(), now + kLeaseCheckInterval});
}

DesiredStateReply Agent::BringAbout(const DesiredState& desired) {
  const int64_t before = AppliedRevision();
  DesiredStateReply reply = parts_.tuner->Apply(desired);
  parts_.sampler->WatchClosely(ToWatch(desired, reply));
  if (parts_.publisher == nullptr) return reply;
  reply.advice_results = parts_.publisher->Publish(desired.advice);
  const auto has_error = [](const auto& result) { return !result.error.empty(); };
  has_failed_advice_ =
      std::any_of(reply.advice_results.begin(), reply.advice_results.end(), has_error);
  const bool is_refusal =
      has_failed_advice_ || std::any_of(reply.results.begin(), reply.results.end(), has_error);
  if (is_refusal) {
    reply.revision = before;
  } else if (desired.changes.empty() && parts_.tuner->Limitations().empty()) {
    // The tuner of an observing agent keeps no revision: with nothing to change and nothing held,
    // all of the push is in force there too.
    reply.revision = desired.revision;
  }
  return reply;
}

// Whoever waits for a change to show is not to wait for the pace.
void Agent::ShowChanges() { next_sample_ = parts_.clock->MonotonicNow(); }

// What happened without a push.
void Agent::Report() {
  if (std::optional<DesiredStateReply> report = parts_.tuner->CheckLeases(); report.has_value()) {
    parts_.link->SendReply(*report);
    ShowChanges();
  }
  if (parts_.publisher == nullptr) return;
  std::vector<AdviceResult> news = parts_.publisher->Check();
  if (!news.empty()) parts_.link->SendReply({0, AppliedRevision(), {}, std::move(news)});
}

int64_t Agent::AppliedRevision() const {
  return has_failed_advice_ ? 0 : parts_.tuner->applied_revision();
}

// Without it, an interval of 10 s would take 10 s of the warning away: sockets that rise bring the
// next sample forward.
void Agent::LookForRise(absl::Duration now) {
  const RiseLook look = parts_.sampler->LookForRise();
  metrics_.sample_cpu_time += look.cpu_time;
  next_look_ = now + pace_.AfterLook(look.cpu_time);
  if (look.is_rising && now - last_sample_ >= pace_.rise_interval()) next_sample_ = now;
}

void Agent::TakeSample() {
  absl::StatusOr<HostSample> sample = parts_.sampler->Sample();
  const bool is_failure = !sample.ok();
  if (is_failure) {
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
  if (!reload_failure_.empty()) {
    sample->limitations.push_back(reload_failure_.substr(0, kLimitationBytesMax));
  }
  int64_t dropped_count = parts_.link->dropped_count();
  if (dropped_count != reported_dropped_count_) {
    sample->limitations.push_back(
        CountText(dropped_count - reported_dropped_count_,
                  "sample before this one was dropped, since it could not be delivered",
                  "samples before this one were dropped, since they could not be delivered"));
    reported_dropped_count_ = dropped_count;
  }
  Note(*sample, is_failure);
  parts_.link->SendSample(*std::move(sample));
}

void Agent::Note(const HostSample& sample, bool is_failure) {
  metrics_.is_close_to_exhaustion = parts_.sampler->is_close();
  metrics_.sample_interval = pace_.AfterSample(sample.cpu_time - parts_.sampler->one_off_cpu_time(),
                                               metrics_.is_close_to_exhaustion);
  metrics_.sample_cpu_time += sample.cpu_time;
  metrics_.sampler_failure = sampler_failure_;
  ++metrics_.sample_count;
  if (is_failure) {
    ++metrics_.sample_failure_count;
  } else {
    metrics_.sampled_time = parts_.clock->MonotonicNow();
  }
  if (parts_.board == nullptr) return;
  auto summary = std::make_shared<const SampleSummary>(Summarize(sample));
  metrics_.limitation_count = options_.identity_limitation_count + summary->limitation_count;
  metrics_.sample = std::move(summary);
}

void Agent::Post(absl::Duration now) {
  // The link wakes the loop as often as it likes; a snapshot a second is enough.
  const bool is_due = now - last_post_ >= kPostInterval || now == last_sample_;
  if (parts_.board == nullptr || !is_due) return;
  last_post_ = now;
  metrics_.loop_time = now;
  const SelfUsage usage = ReadSelfUsage();
  metrics_.cpu_time = usage.cpu_time;
  metrics_.resident_bytes = usage.resident_bytes;
  const SamplerStats sampler = parts_.sampler->stats();
  metrics_.dump_count = sampler.dump_count;
  metrics_.dump_retry_count = sampler.dump_retry_count;
  const LinkStats link = parts_.link->stats();
  metrics_.is_attached = link.is_attached;
  metrics_.spool_count = link.spool_count;
  metrics_.acknowledged_time = link.acknowledged_time;
  metrics_.dropped_count = parts_.link->dropped_count();
  parts_.board->Post(std::make_shared<const MetricsSnapshot>(metrics_));
}

}  // namespace berthmaster
