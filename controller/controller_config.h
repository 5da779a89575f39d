#ifndef BERTHMASTER_CONTROLLER_CONTROLLER_CONFIG_H_
#define BERTHMASTER_CONTROLLER_CONTROLLER_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/config/config.h"
#include "common/config/key.h"
#include "controller/controller.h"

namespace berthmaster {

// Every key that berthmaster-controller takes: as a flag, an environment variable or a line of the
// file of --config.
ConfigTable ControllerConfigTable();

// The options that `config` means. `program_path` is the path the program was started by; the
// dashboard is looked for near it when web-root is empty. INVALID_ARGUMENT for an address other
// than loopback without insecure, and for times that contradict each other.
absl::StatusOr<ControllerOptions> ToControllerOptions(const Config& config,
                                                      absl::string_view program_path);

// The built dashboard of the program at `program_path`: beside it in an installation
// (../share/berthmaster/web), or in the source tree it was built in (../../../web/dist). The first
// of them that is there, the first of all when none is.
std::string DefaultWebRoot(absl::string_view program_path);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_CONTROLLER_CONFIG_H_
