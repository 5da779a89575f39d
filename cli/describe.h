#ifndef BERTHMASTER_CLI_DESCRIBE_H_
#define BERTHMASTER_CLI_DESCRIBE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/resource_name.h"

namespace berthmaster {

// `berthctl describe`: everything about one resource, for a person; as JSON or YAML it is the
// resource itself.
absl::StatusOr<std::string> Describe(Client& client, const ResourceRef& ref, OutputFormat format,
                                     absl::Time now);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_DESCRIBE_H_
