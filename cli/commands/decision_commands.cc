// approve, reject, resolve, ack

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/decide.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct DecisionArguments {
  std::vector<std::string> set;
  DecideOptions options;
};

absl::StatusOr<std::string> RunApprove(Client& client, DecisionArguments arguments,
                                       Random& random) {
  for (const std::string& text : arguments.set) {
    BERTHMASTER_ASSIGN_OR_RETURN(const auto pair, ParseSetFlag(text));
    arguments.options.desired_values.insert(pair);
  }
  return Approve(client, arguments.options, random);
}

}  // namespace

void AddDecisionCommands(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<DecisionArguments>();
  CLI::App* approve = app.add_subcommand(
      "approve",
      "Approve a recommendation. Its rollout starts when k of n people have "
      "approved exactly this content; how many is for policies/approval to say.");
  approve
      ->add_option(
          "--set", arguments->set,
          "Write another value: SYSCTL=VALUE. Repeatable. It voids the approvals before it.")
      ->take_all()
      ->expected(1);
  approve->add_flag("--dry-run", arguments->options.validate_only,
                    "Check everything, change nothing.");
  approve->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random& random) {
      return PrintOrFail(RunApprove(client, *arguments, random));
    };
  });
  CLI::App* reject = app.add_subcommand("reject", "Reject a recommendation; one person suffices.");
  reject->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random& random) {
      return PrintOrFail(Reject(client, arguments->options, random));
    };
  });
  CLI::App* resolve = app.add_subcommand("resolve", "End an incident by hand.");
  resolve->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random&) {
      return PrintOrFail(Resolve(client, arguments->options));
    };
  });
  CLI::App* acknowledge = app.add_subcommand("ack", "Record that an incident has been seen.");
  acknowledge->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random&) {
      return PrintOrFail(Acknowledge(client, arguments->options));
    };
  });
  for (CLI::App* command : {approve, reject, resolve, acknowledge}) {
    command->add_option("name", arguments->options.name, "Its name")->required();
    command->add_option("--etag", arguments->options.etag,
                        "Act only if the resource is still as seen with this etag.");
    if (command == acknowledge) continue;
    command->add_option("--reason", arguments->options.reason, "Why; it is recorded.")->required();
  }
}

}  // namespace berthmaster
