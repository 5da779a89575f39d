// propose; rollout status, pause, resume, promote, abort, revert; revert; diff

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/diff.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/propose.h"
#include "cli/rollout.h"
#include "cli/terminal.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct ProposeArguments {
  std::string output = "table";
  ProposeOptions options;
};

struct StatusArguments {
  std::string name;
  std::string output = "table";
  bool watch = false;
};

struct DiffArguments {
  std::string what;
  std::string output = "table";
};

absl::StatusOr<std::string> RunPropose(Client& client, ProposeArguments arguments, Random& random) {
  BERTHMASTER_ASSIGN_OR_RETURN(arguments.options.format, ParseOutputFormat(arguments.output));
  return Propose(client, arguments.options, random);
}

int RunStatus(Client& client, const StatusArguments& arguments, Clock& clock) {
  const absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  if (!arguments.watch) return PrintOrFail(RolloutStatus(client, arguments.name, *format));
  const absl::Status status = WatchRolloutStatus(client, arguments.name, *format, clock, Print,
                                                 Complain, WaitForReaderToGo);
  return status.ok() ? kExitOk : Fail(status);
}

int RunDiff(Client& client, const DiffArguments& arguments) {
  const absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  const absl::StatusOr<DiffOutcome> outcome = Diff(client, arguments.what, *format);
  if (!outcome.ok()) return Fail(outcome.status());
  const int printed = PrintOrFail(outcome->text);
  return printed == kExitOk ? outcome->exit_code : printed;
}

// What is the plan of a proposal.
void AddPlanFlags(CLI::App& propose, ProposeOptions& options) {
  propose.add_option("--canary", options.canary_count, "Targets of the first wave; 1 by default.");
  propose
      .add_option(
          "--wave", options.waves,
          "The size of a wave after it: N targets or P% of all. Repeatable; what is left is "
          "one more. By default a tenth, a half, the rest.")
      ->type_name("N|P%")
      ->take_all()
      ->expected(1);
  propose
      .add_option("--soak", options.soak,
                  "How long a wave must hold before the next one, such as 5m.")
      ->type_name("DURATION");
  propose.add_option("--max-failed", options.failed_targets_max,
                     "Put up with so many targets that fail after the canary; 0 by default.");
  propose.add_flag("--pause-after-canary", options.pause_after_canary,
                   "Wait after the canary for: berthctl rollout resume.");
  propose.add_flag("--follow", options.follows,
                   "Also change what comes to match the selector later: successor pods, hosts that "
                   "join late.");
  propose.add_flag("--persist", options.persist,
                   "Keep changes of a host's own namespace over a reboot, in /etc/sysctl.d.");
}

void AddPropose(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ProposeArguments>();
  ProposeOptions& options = arguments->options;
  CLI::App* propose = app.add_subcommand(
      "propose", "Propose a change of your own, wherever a selector says; others approve it.");
  propose->add_option("--set", options.set, "The value to set. Repeatable.")
      ->type_name("SYSCTL=VALUE")
      ->required()
      ->take_all()
      ->expected(1);
  propose
      ->add_option("--selector", options.selector,
                   "Where: labels of the namespace, host, netns, workload, destination, cause. "
                   "Repeatable; all must hold.")
      ->type_name("K=V,...")
      ->required()
      ->take_all()
      ->expected(1);
  AddPlanFlags(*propose, options);
  propose->add_option("--reason", options.reason, "Why; it is recorded.")->required();
  propose->add_flag("--dry-run", options.validate_only, "Check everything, change nothing.");
  propose->add_option("-o,--output", arguments->output, "table, json, yaml or name");
  propose->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random& random) {
      return PrintOrFail(RunPropose(client, *arguments, random));
    };
  });
}

void AddVerb(CLI::App& group, Run& run, const std::string& word, RolloutVerb verb,
             const std::string& help) {
  auto options = std::make_shared<RolloutOptions>();
  CLI::App* command = group.add_subcommand(word, help);
  command->add_option("name", options->name, "Its name")->required();
  command->add_option("--reason", options->reason, "Why; it is recorded.")->required();
  command->add_option("--etag", options->etag,
                      "Act only if the rollout is still as seen with this etag.");
  command->callback([options, verb, &run] {
    run = [options, verb](Client& client, Clock&, Random&) {
      return PrintOrFail(DecideRollout(client, verb, *options));
    };
  });
}

void AddRollout(CLI::App& app, Run& run) {
  CLI::App* rollout = app.add_subcommand("rollout", "See and steer an approved change on its way.");
  rollout->require_subcommand(1);
  auto arguments = std::make_shared<StatusArguments>();
  CLI::App* status = rollout->add_subcommand(
      "status", "Its plan, its waves, and each target with its gates before and since.");
  status->add_option("name", arguments->name, "Its name")->required();
  status->add_flag("-w,--watch", arguments->watch,
                   "Then a line for each change, until it is confirmed, reverted or failed.");
  status->add_option("-o,--output", arguments->output, "table, json, yaml or name");
  status->callback([arguments, &run] {
    run = [arguments](Client& client, Clock& clock, Random&) {
      return RunStatus(client, *arguments, clock);
    };
  });
  AddVerb(*rollout, run, "pause", RolloutVerb::kPause,
          "Begin no new wave and confirm nothing; gates go on being judged.");
  AddVerb(*rollout, run, "resume", RolloutVerb::kResume, "Let a paused rollout go on.");
  AddVerb(*rollout, run, "promote", RolloutVerb::kPromote,
          "End the soak of the wave in progress at once.");
  AddVerb(*rollout, run, "abort", RolloutVerb::kAbort,
          "Stop one that is not confirmed and put every value back.");
  AddVerb(*rollout, run, "revert", RolloutVerb::kRevert,
          "Put every value back, of a confirmed one too.");
}

void AddDiff(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<DiffArguments>();
  CLI::App* diff = app.add_subcommand(
      "diff",
      "Desired, applied and effective values of what is rolled out. Exits with 5 when one differs "
      "from what is desired or is not known.");
  diff->add_option("what", arguments->what,
                   "Only of this host, or of this rollout: rollouts/ID. All by default.")
      ->type_name("HOST|ROLLOUT");
  diff->add_option("-o,--output", arguments->output,
                   "table, json, yaml or name (of the namespaces that differ)");
  diff->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random&) { return RunDiff(client, *arguments); };
  });
}

}  // namespace

void AddChangeCommands(CLI::App& app, Run& run) {
  AddPropose(app, run);
  AddRollout(app, run);
  AddVerb(app, run, "revert", RolloutVerb::kRevert, "Put the prior values of a rollout back.");
  AddDiff(app, run);
}

}  // namespace berthmaster
