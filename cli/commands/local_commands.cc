// The commands that need no controller: explain, lint.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/explain.h"
#include "cli/lint_command.h"
#include "cli/print.h"
#include "cli/terminal.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct ExplainArguments {
  std::vector<std::string> names;
  std::string output = "table";
};

absl::StatusOr<std::string> RunExplain(const ExplainArguments& arguments) {
  BERTHMASTER_ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(arguments.output));
  return Explain(arguments.names, format);
}

int RunLint(const LintRequest& request) {
  const absl::StatusOr<LintOutcome> outcome = RunLintCommand(request);
  if (!outcome.ok()) return Fail(outcome.status());
  const int printed = PrintOrFail(outcome->text);
  if (printed == kExitOk && !outcome->summary.empty()) Complain(outcome->summary);
  return printed == kExitOk ? outcome->exit_code : printed;
}

}  // namespace

void AddLocalCommands(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ExplainArguments>();
  CLI::App* explain = app.add_subcommand(
      "explain", "What a sysctl or socket option really does; without a name: the list.");
  explain->add_option("names", arguments->names,
                      "Such as net.ipv4.tcp_tw_reuse, tcp_fin_timeout, SO_LINGER, TIME_WAIT");
  explain->add_option("-o,--output", arguments->output, "table, json, yaml or name");
  explain->callback([arguments, &run] {
    run = [arguments](Client&, Clock&, Random&) { return PrintOrFail(RunExplain(*arguments)); };
  });

  auto request = std::make_shared<LintRequest>();
  CLI::App* lint = app.add_subcommand(
      "lint", "Judge the sysctls of a sysctl.conf, a sysctl.d directory or pod specs.");
  lint->add_option("paths", request->paths, "Files, directories, or - for standard input")
      ->required();
  lint->add_option("-o,--output", request->output, "table, json, yaml, jsonl or sarif");
  lint->add_option("--kernel", request->kernel, "The Linux to judge for, such as 6.1.");
  lint->add_option("--kubernetes", request->kubernetes,
                   "The Kubernetes to judge for, such as 1.29.");
  lint->add_flag("--strict", request->is_strict, "Exit with 1 for warnings, too.");
  lint->callback(
      [request, &run] { run = [request](Client&, Clock&, Random&) { return RunLint(*request); }; });
}

}  // namespace berthmaster
