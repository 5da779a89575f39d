#include "controller/engine/sample_admission.h"

#include <algorithm>

namespace berthmaster {

void SampleAdmission::Load(const std::vector<HistoryStream>& streams) {
  for (const HistoryStream& stream : streams) {
    Stream& loaded = streams_[stream.host_id];
    loaded.epoch = stream.epoch;
    loaded.committed = stream.committed_sequence;
    loaded.accepted = stream.committed_sequence;
  }
}

int64_t SampleAdmission::Attach(absl::string_view host_id, int64_t epoch) {
  Stream& stream = streams_[host_id];
  if (stream.epoch != epoch) {
    stream = Stream();
    stream.epoch = epoch;
  }
  return stream.committed;
}

SampleAdmission::Result SampleAdmission::Admit(absl::string_view host_id, const HostSample& sample,
                                               absl::Time now) {
  Result result;
  result.sample_time = sample.sample_time;
  Stream& stream = streams_[host_id];
  if (sample.sequence <= stream.accepted) {
    result.verdict = Verdict::kDuplicate;
    return result;
  }
  // Before the first sample of an epoch nothing is missing: the agent may begin where it likes.
  if (stream.accepted > 0) result.gap = sample.sequence - stream.accepted - 1;
  stream.accepted = sample.sequence;
  if (sample.sample_time > now + kClockAheadMax) {
    result.clock_ahead = sample.sample_time - now;
    result.sample_time = std::max(now, stream.moved_time + absl::Microseconds(1));
    stream.moved_time = result.sample_time;
  }
  return result;
}

void SampleAdmission::MarkCommitted(absl::string_view host_id, int64_t epoch, int64_t sequence) {
  auto found = streams_.find(host_id);
  if (found == streams_.end() || found->second.epoch != epoch) return;
  found->second.committed = std::max(found->second.committed, sequence);
}

int64_t SampleAdmission::Committed(absl::string_view host_id) const {
  auto found = streams_.find(host_id);
  return found == streams_.end() ? 0 : found->second.committed;
}

}  // namespace berthmaster
