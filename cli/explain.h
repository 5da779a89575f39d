#ifndef BERTHMASTER_CLI_EXPLAIN_H_
#define BERTHMASTER_CLI_EXPLAIN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/print.h"

namespace berthmaster {

// `berthctl explain`: what each of `names` really does and what is often believed of it, for a
// person or a machine; no names: the list of all. Any spelling that FindSettingName takes.
// NOT_FOUND names what a person may have meant. Needs no controller.
absl::StatusOr<std::string> Explain(const std::vector<std::string>& names, OutputFormat format);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_EXPLAIN_H_
