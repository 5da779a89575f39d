#include "cli/completion.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kKinds =
    "hosts namespaces pools incidents recommendations rollouts silences";

// The kind of the names that a command takes, by its path.
const std::map<std::string, std::string>& KindsOfNames() {
  static const auto* kinds = new std::map<std::string, std::string>{
      {"ack", "incidents"},
      {"approve", "recommendations"},
      {"diff", "rollouts"},
      {"reject", "recommendations"},
      {"resolve", "incidents"},
      {"revert", "rollouts"},
      {"rollout abort", "rollouts"},
      {"rollout pause", "rollouts"},
      {"rollout promote", "rollouts"},
      {"rollout resume", "rollouts"},
      {"rollout revert", "rollouts"},
      {"rollout status", "rollouts"},
      {"silence expire", "silences"},
      {"silence get", "silences"},
      {"simulate", "pools"},
      {"wait", "rollouts"},
  };
  return *kinds;
}

// Words that stand in the place of a name, by path.
const std::map<std::string, std::string>& FixedWords() {
  static const auto* words = new std::map<std::string, std::string>{
      {"completion", "bash zsh"},
      {"describe", std::string(kKinds)},
      {"get", std::string(kKinds)},
      {"policy get", "detection approval"},
      {"policy lint", "detection approval"},
      {"policy set", "detection approval"},
      {"watch", "hosts pools incidents rollouts"},
  };
  return *words;
}

std::string FindOr(const std::map<std::string, std::string>& map, const std::string& key) {
  auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

// Calls `visit` with each command and its path: "rollout pause"; that of the root is empty.
template <typename Visit>
void Walk(const CommandWords& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandWords& below : command.subcommands) {
    Walk(below, path.empty() ? below.name : absl::StrCat(path, " ", below.name), visit);
  }
}

// For bash, and for zsh in its emulation of it.
std::string FunctionText(const CommandWords& root) {
  std::string paths;
  std::string words;
  Walk(root, "", [&](const CommandWords& command, const std::string& path) {
    if (!path.empty()) absl::StrAppend(&paths, paths.empty() ? "" : "|", "\"", path, "\"");
    std::vector<std::string> all;
    for (const CommandWords& below : command.subcommands) all.push_back(below.name);
    if (std::string fixed = FindOr(FixedWords(), path); !fixed.empty()) all.push_back(fixed);
    all.insert(all.end(), command.flags.begin(), command.flags.end());
    absl::StrAppend(&words, "    \"", path, "\") words=\"", absl::StrJoin(all, " "), "\"");
    if (std::string kind = FindOr(KindsOfNames(), path); !kind.empty()) {
      absl::StrAppend(&words, "; kind=", kind);
    }
    absl::StrAppend(&words, " ;;\n");
  });
  return absl::StrCat(
      "_berthctl() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" path=\"\" next word words=\"\" kind=\"\"\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    next=\"${path:+$path }$word\"\n"
      "    case \"$next\" in\n"
      "    ",
      paths,
      ") path=\"$next\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n",
      words,
      "  esac\n"
      "  if [[ -n $kind && $current != -* ]]; then\n"
      // compgen expands what it is given, and names come from other people's hosts.
      "    words=\"$words $(berthctl get \"$kind\" -o name 2>/dev/null |\n"
      "      LC_ALL=C grep -xE '[A-Za-z0-9/._:-]+')\"\n"
      "  fi\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "}\n"
      "complete -o default -F _berthctl berthctl\n");
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(const CommandWords& root, absl::string_view shell) {
  if (shell == "bash") return absl::StrCat("# berthctl completion bash\n", FunctionText(root));
  if (shell == "zsh") {
    return absl::StrCat("# berthctl completion zsh\nautoload -U +X bashcompinit && bashcompinit\n",
                        FunctionText(root));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", shell, "' is not a shell that can be served; use bash or zsh"));
}

}  // namespace berthmaster
