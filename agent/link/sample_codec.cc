#include "agent/link/sample_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/wire/sample_delta.h"
#include "common/wire/sample_wire.h"

namespace berthmaster {

std::string EncodeSample(absl::string_view host_id, HostSample sample, size_t bytes_max) {
  PutInOrder(sample);
  for (NetnsSample& netns : sample.namespaces) {
    if (!netns.sample_interval.has_value()) continue;
    netns.sample_interval =
        absl::Floor(*netns.sample_interval + absl::Milliseconds(1) / 2, absl::Milliseconds(1));
  }
  std::string bytes = ToProto(host_id, sample).SerializeAsString();
  if (bytes.size() <= bytes_max) return bytes;

  std::string limitation = absl::StrCat("the sample has ", bytes.size(), " bytes, more than the ",
                                        bytes_max, " that can be sent; restrict it with --netns");
  LogWarning("sample ", sample.sequence, ": ", limitation, "; its pools are left out");
  sample.limitations.push_back(std::move(limitation));
  for (NetnsSample& netns : sample.namespaces) netns.pools.clear();
  bytes = ToProto(host_id, sample).SerializeAsString();
  if (bytes.size() <= bytes_max) return bytes;
  sample.namespaces.clear();
  return ToProto(host_id, sample).SerializeAsString();
}

}  // namespace berthmaster
