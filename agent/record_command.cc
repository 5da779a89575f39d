#include "agent/record_command.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/dependencies.h"
#include "agent/host_readers.h"
#include "agent/sample_pace.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "common/log/log.h"
#include "common/recording/recording_writer.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Samples into a recording, when an agent would take them.
class Recorder {
 public:
  Recorder(const AgentConfig& config, const Clock& clock, HostSampler& sampler,
           RecordingWriter& writer)
      : clock_(clock),
        sampler_(sampler),
        writer_(writer),
        pace_(config.sample_interval, config.cpu_budget),
        next_sample_(clock.MonotonicNow()) {}

  // Does what is due, and says when something is due next. An error is one of the file.
  absl::StatusOr<absl::Duration> Step() {
    absl::Duration now = clock_.MonotonicNow();
    if (now < next_sample_ && now >= next_look_) LookForRise(now);
    if (now >= next_sample_) {
      BERTHMASTER_RETURN_IF_ERROR(TakeSample(now));
      now = clock_.MonotonicNow();
      next_look_ = now + pace_.rise_interval();
      next_sample_ = std::max(next_sample_ + interval_, now);
    }
    return std::min(next_sample_, next_look_);
  }

  const absl::Status& failure() const { return failure_; }

 private:
  void LookForRise(absl::Duration now) {
    const RiseLook look = sampler_.LookForRise();
    next_look_ = now + pace_.AfterLook(look.cpu_time);
    if (look.is_rising && now - last_sample_ >= pace_.rise_interval()) next_sample_ = now;
  }

  absl::Status TakeSample(absl::Duration now) {
    last_sample_ = now;
    absl::StatusOr<HostSample> sample = sampler_.Sample();
    if (!sample.ok()) {
      if (failure_ != sample.status()) LogWarning("left out: ", sample.status().message());
      failure_ = sample.status();
      return absl::OkStatus();
    }
    failure_ = absl::OkStatus();
    interval_ =
        pace_.AfterSample(sample->cpu_time - sampler_.one_off_cpu_time(), sampler_.is_close());
    return writer_.Append(*std::move(sample));
  }

  const Clock& clock_;
  HostSampler& sampler_;
  RecordingWriter& writer_;
  SamplePace pace_;
  absl::Duration interval_ = kCloseInterval;
  absl::Duration next_sample_;
  absl::Duration next_look_;
  absl::Duration last_sample_;
  // Why the newest sample could not be taken.
  absl::Status failure_;
};

}  // namespace

absl::Status RunRecordCommand(const AgentConfig& config, const RecordOptions& options,
                              StopSignal& stop_signal) {
  LinuxClock clock;
  const HostReaders readers = MakeHostReaders(config.profile);
  for (const std::string& limitation : readers.limitations) LogWarning(limitation);
  std::unique_ptr<HostSampler> sampler =
      MakeLinuxHostSampler(SamplerOptions(config, readers), clock);
  BERTHMASTER_ASSIGN_OR_RETURN(
      std::unique_ptr<RecordingWriter> writer,
      RecordingWriter::Create(options.path, {config.host_id, clock.SystemNow()}));
  Recorder recorder(config, clock, *sampler, *writer);
  const absl::Duration start = clock.MonotonicNow();
  const absl::Duration end = start + options.duration;
  LogInfo("recording host ", config.host_id, " to ", options.path);
  while (clock.MonotonicNow() < end) {
    BERTHMASTER_ASSIGN_OR_RETURN(absl::Duration next, recorder.Step());
    if (stop_signal.WaitFor(std::min(next, end) - clock.MonotonicNow()).has_value()) break;
  }
  BERTHMASTER_RETURN_IF_ERROR(writer->Finish());
  if (writer->sample_count() == 0) return recorder.failure();
  const std::string text = absl::StrFormat(
      "recorded %d samples in %s: %s has %.1f KiB\n", writer->sample_count(),
      absl::FormatDuration(absl::Trunc(clock.MonotonicNow() - start, absl::Seconds(1))),
      options.path, static_cast<double>(writer->byte_count()) / 1024);
  return WriteAll(STDOUT_FILENO, text, "standard output");
}

}  // namespace berthmaster
