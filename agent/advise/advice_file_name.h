#ifndef BERTHMASTER_AGENT_ADVISE_ADVICE_FILE_NAME_H_
#define BERTHMASTER_AGENT_ADVISE_ADVICE_FILE_NAME_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

inline constexpr absl::string_view kAdviceFileSuffix = ".json";

// The name of the file for the advice of `workload`, whatever that is: percent-encoded as in a URL
// (RFC 3986, also '~' and a leading dot), so that it is one name in one directory, another for each
// workload. At most 205 bytes: a longer one is cut, and has '~' and a hash of the whole at its end.
// Without a workload it is named after the namespace: "netns~4711.json".
std::string AdviceFileName(absl::string_view workload, uint64_t netns_cookie);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_ADVICE_FILE_NAME_H_
