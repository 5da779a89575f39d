// policy get, set, lint

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/policy.h"

namespace berthmaster {

void AddPolicyCommands(CLI::App& app, Run& run) {
  CLI::App* policy =
      app.add_subcommand("policy", "See and set what is detected where: thresholds by label.");
  policy->require_subcommand(1);
  auto output = std::make_shared<std::string>("table");
  CLI::App* get = policy->add_subcommand("get", "Print the policy as a file that set takes.");
  get->add_option("-o,--output", *output, "table, json, yaml or name");
  get->callback([output, &run] {
    run = [output](Client& client, Clock&, Random&) {
      return PrintOrFail(GetPolicy(client, *output));
    };
  });
  auto file = std::make_shared<std::string>();
  CLI::App* set = policy->add_subcommand("set", "Put the policy in a file into force.");
  CLI::App* lint = policy->add_subcommand("lint", "Check the policy in a file, change nothing.");
  for (CLI::App* command : {set, lint}) {
    command->add_option("file", *file, "The YAML file")->required();
    const PolicyStep step = command == set ? PolicyStep::kSet : PolicyStep::kLint;
    command->callback([file, step, &run] {
      run = [file, step](Client& client, Clock&, Random&) {
        return PrintOrFail(PutPolicy(client, *file, step));
      };
    });
  }
}

}  // namespace berthmaster
