#ifndef BERTHMASTER_COMMON_WIRE_SAMPLE_JSON_H_
#define BERTHMASTER_COMMON_WIRE_SAMPLE_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// What `berthmaster-agent sample --once -o json` prints: one JSON object, pretty printed, ending
// with a line end, of
//   host          "hosts/{host}"
//   sampleTime    RFC 3339
//   cpuTime       what the sample cost, as in "0.012s"
//   limitations   what could not be read at all
//   namespaces    the contract's Netns messages
//   pools         the contract's Pool messages of all namespaces, forecasts filled in, highest
//   utilization first, then by name
// Messages are in proto3 JSON; zeros are printed, what is not known is absent. INTERNAL when
// protobuf cannot print one, which takes a text that is not UTF-8.
absl::StatusOr<std::string> SampleJson(absl::string_view host_id, const HostSample& sample);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_SAMPLE_JSON_H_
