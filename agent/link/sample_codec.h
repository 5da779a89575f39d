#ifndef BERTHMASTER_AGENT_LINK_SAMPLE_CODEC_H_
#define BERTHMASTER_AGENT_LINK_SAMPLE_CODEC_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The contract's Sample message of `sample` as bytes, at most `bytes_max` of them, as deltas want
// it: in order, and with intervals to the millisecond, so that namespaces sampled in one pass
// mostly have the same. A sample that would be larger is sent without its pools, and without its
// namespaces if need be, and says so in its limitations.
std::string EncodeSample(absl::string_view host_id, HostSample sample, size_t bytes_max);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_SAMPLE_CODEC_H_
