#ifndef BERTHMASTER_CLI_COMPLETION_H_
#define BERTHMASTER_CLI_COMPLETION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// A command as a shell completes it.
struct CommandWords {
  std::string name;
  // "--reason", "-o": each with its dashes.
  std::vector<std::string> flags;
  std::vector<CommandWords> subcommands;
};

// The script that a shell sources: subcommands and flags of `root` everywhere, kinds after get, and
// names of the resources that a command is about, asked of the controller. `shell` is bash or
// zsh; INVALID_ARGUMENT lists them.
absl::StatusOr<std::string> CompletionScript(const CommandWords& root, absl::string_view shell);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_COMPLETION_H_
