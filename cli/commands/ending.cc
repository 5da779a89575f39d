#include "absl/strings/str_cat.h"
#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "common/status/reason.h"

namespace berthmaster {

int Fail(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  Complain(absl::StrCat(std::string(status.message()),
                        reason.empty() ? "" : absl::StrCat(" [", reason, "]")));
  return ExitCodeOf(status);
}

int PrintOrFail(const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return Fail(text.status());
  return Print(*text) ? kExitOk : kExitGeneric;
}

}  // namespace berthmaster
