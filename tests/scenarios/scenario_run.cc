#include "tests/scenarios/scenario_run.h"

#include <poll.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/host_readers.h"
#include "agent/sample_pace.h"
#include "common/forecast/forecast.h"
#include "common/forecast/reuse.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

constexpr char kHostId[] = "stage";
// The agent's defaults.
constexpr absl::Duration kSampleInterval = absl::Seconds(10);
constexpr double kCpuBudget = 0.01;
// Of what is foretold, only what is foretold of a pool that has begun to fill.
constexpr double kForetoldUtilizationMin = 0.05;

// How far off the stepped wall clock is.
absl::Duration StepAt(absl::Duration since_start) {
  if (since_start < absl::Seconds(15)) return absl::ZeroDuration();
  return since_start < absl::Seconds(35) ? absl::Hours(1) : -absl::Hours(1);
}

}  // namespace

ScenarioRun::ScenarioRun(std::vector<Scenario> scenarios)
    : scenarios_(std::move(scenarios)),
      tracker_([this](absl::Time) { return absl::StrCat("i", ++next_id_); }),
      stepped_tracker_([this](absl::Time) { return absl::StrCat("i", ++next_id_); }),
      results_(scenarios_.size()),
      stepped_causes_(scenarios_.size()) {}

void ScenarioRun::RecordTo(const std::string& path) {
  auto recording = RecordingWriter::Create(path, {kHostId, clock_.SystemNow()});
  ASSERT_TRUE(recording.ok()) << recording.status();
  recording_ = *std::move(recording);
}

void ScenarioRun::Begin() {
  for (size_t index = 0; index < scenarios_.size(); ++index) {
    stages_.push_back(std::make_unique<Stage>(static_cast<int>(index) + 10));
    starts_.push_back(clock_.MonotonicNow());
    scenarios_[index].start(*stages_.back());
    index_by_cookie_[stages_.back()->cookie()] = index;
  }
}

void ScenarioRun::Play(absl::Duration length) {
  Begin();
  LinuxHostSamplerOptions options;
  for (const auto& stage : stages_) {
    for (const std::string& name : stage->names()) options.netns_filter.push_back(name);
  }
  const HostReaders readers = MakeHostReaders(AgentProfile::kObserve);
  options.readers = readers.ForSampler();
  options.sample_interval = kSampleInterval;
  auto sampler = MakeLinuxHostSampler(options, clock_);
  SamplePace pace(kSampleInterval, kCpuBudget);

  const absl::Duration start = clock_.MonotonicNow();
  absl::Duration next_sample = start;
  while (clock_.MonotonicNow() - start < length) {
    const absl::Duration now = clock_.MonotonicNow();
    for (size_t index = 0; index < stages_.size(); ++index) {
      stages_[index]->RunDue(now - starts_[index]);
    }
    if (now >= next_sample || sampler->LookForRise().is_rising) {
      absl::StatusOr<HostSample> sample = sampler->Sample();
      if (!sample.ok()) std::abort();
      sample->sequence = ++sequence_;
      if (recording_ != nullptr) {
        EXPECT_TRUE(recording_->Append(*sample).ok());
      }
      Observe(*sample, now - start);
      // A stage is a host of its own in truth: what the crowd of them costs is none of its pace.
      next_sample = now + pace.AfterSample(absl::ZeroDuration(), sampler->is_close());
    }
    NoteFailures();
    const timespec wait = absl::ToTimespec(
        std::max(now + kCloseInterval - clock_.MonotonicNow(), absl::ZeroDuration()));
    ppoll(nullptr, 0, &wait, nullptr);
  }
  if (recording_ != nullptr) {
    EXPECT_TRUE(recording_->Finish().ok());
  }
  // A namespace may not go before what looks at it.
  sampler.reset();
  stages_.clear();
}

void ScenarioRun::Observe(const HostSample& sample, absl::Duration since_start) {
  const absl::Time now = clock_.SystemNow();
  const absl::Duration monotonic = clock_.MonotonicNow();
  for (const NetnsSample& netns : sample.namespaces) {
    const std::optional<size_t> index = IndexOf(netns.cookie);
    if (!index.has_value()) continue;
    Foretell(netns, *index);
    if (netns.time_wait_overflow_count > 0 && !results_[*index].first_failure.has_value()) {
      results_[*index].first_failure = monotonic - starts_[*index];
    }
  }
  for (const Incident& incident : tracker_.Observe(kHostId, sample, now)) {
    const std::optional<size_t> index = IndexOf(incident.netns_cookie);
    if (!index.has_value()) {
      // In a namespace that nothing is expected of: the client beside a router.
      ADD_FAILURE() << incident.summary;
      continue;
    }
    std::vector<ScenarioResult::Opened>& opened = results_[*index].incidents;
    auto [known, is_new] = incidents_.emplace(incident.id, std::pair(*index, opened.size()));
    if (is_new) opened.push_back({monotonic - starts_[*index], incident.cause});
    ScenarioResult::Opened& one = opened[known->second.second];
    one.is_resolved = !incident.active();
    if (one.is_resolved) continue;
    one.last_cause = incident.cause;
    one.summary = incident.summary;
  }
  HostSample stepped = sample;
  stepped.sample_time += StepAt(since_start);
  for (const Incident& incident :
       stepped_tracker_.Observe(kHostId, stepped, now + StepAt(since_start))) {
    const std::optional<size_t> index = IndexOf(incident.netns_cookie);
    if (!index.has_value() || !incident.active()) continue;
    std::vector<IncidentCause>& causes = stepped_causes_[*index];
    auto [known, is_new] =
        stepped_incidents_.emplace(incident.id, std::pair(*index, causes.size()));
    if (is_new) causes.push_back(incident.cause);
    causes[known->second.second] = incident.cause;
  }
}

void ScenarioRun::Foretell(const NetnsSample& netns, size_t index) {
  const PoolSample* fullest = nullptr;
  for (const PoolSample& pool : netns.pools) {
    if (pool.kind != PoolKind::kConnect) continue;
    if (fullest == nullptr || pool.in_use > fullest->in_use) fullest = &pool;
  }
  if (fullest == nullptr || fullest->utilization() < kForetoldUtilizationMin) return;
  const Forecast forecast = MakeForecast(*fullest, ReuseDelay(netns.sysctls, fullest->key));
  if (!forecast.time_to_exhaustion.has_value() || fullest->headroom() == 0) return;
  const absl::Duration sample_time = clock_.MonotonicNow() - starts_[index];
  results_[index].foretold.push_back({sample_time, sample_time + *forecast.time_to_exhaustion});
}

void ScenarioRun::NoteFailures() {
  for (size_t index = 0; index < stages_.size(); ++index) {
    const Load* load = stages_[index]->first_load();
    if (load == nullptr) continue;
    ScenarioResult& result = results_[index];
    result.ok_count = load->ok_count();
    result.failed_count = load->failed_count();
    if (!result.first_failure.has_value() && load->exhausted_count() > 0) {
      result.first_failure = load->first_exhausted() - load->start_time();
    }
  }
}

std::optional<size_t> ScenarioRun::IndexOf(uint64_t cookie) const {
  auto found = index_by_cookie_.find(cookie);
  if (found == index_by_cookie_.end()) return std::nullopt;
  return found->second;
}

}  // namespace berthmaster
