// completion

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/completion.h"

namespace berthmaster {
namespace {

CommandWords WordsOf(const CLI::App& app) {
  CommandWords words;
  words.name = app.get_name();
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_snames()) words.flags.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) words.flags.push_back("--" + name);
  }
  for (const CLI::App* below : app.get_subcommands({})) {
    words.subcommands.push_back(WordsOf(*below));
  }
  return words;
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Run& run) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand(
      "completion", "Print a script for your shell: source <(berthctl completion bash)");
  completion->add_option("shell", *shell, "bash or zsh")->required();
  completion->callback([shell, &app, &run] {
    run = [shell, &app](Client&, Clock&, Random&) {
      return PrintOrFail(CompletionScript(WordsOf(app), *shell));
    };
  });
}

}  // namespace berthmaster
