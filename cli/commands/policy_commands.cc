// policy get, set, lint

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/policy.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct GetArguments {
  std::string kind = "detection";
  std::string output = "table";
};

// `set POLICY FILE`, or `set FILE` for the detection policy.
struct PutArguments {
  std::string policy_or_file;
  std::string file;
};

absl::StatusOr<std::string> RunPut(Client& client, const PutArguments& arguments, PolicyStep step) {
  if (arguments.file.empty()) {
    return PutPolicy(client, PolicyKind::kDetection, arguments.policy_or_file, step);
  }
  BERTHMASTER_ASSIGN_OR_RETURN(const PolicyKind kind, ParsePolicyKind(arguments.policy_or_file));
  return PutPolicy(client, kind, arguments.file, step);
}

absl::StatusOr<std::string> RunGet(Client& client, const GetArguments& arguments) {
  BERTHMASTER_ASSIGN_OR_RETURN(const PolicyKind kind, ParsePolicyKind(arguments.kind));
  return GetPolicy(client, kind, arguments.output);
}

}  // namespace

void AddPolicyCommands(CLI::App& app, Run& run) {
  CLI::App* policy = app.add_subcommand(
      "policy",
      "See and set policies: detection (thresholds by label) and approval (who must approve what, "
      "freezes).");
  policy->require_subcommand(1);
  auto get_arguments = std::make_shared<GetArguments>();
  CLI::App* get = policy->add_subcommand("get", "Print a policy as a file that set takes.");
  get->add_option("policy", get_arguments->kind, "detection (by default) or approval");
  get->add_option("-o,--output", get_arguments->output, "table, json, yaml or name");
  get->callback([get_arguments, &run] {
    run = [get_arguments](Client& client, Clock&, Random&) {
      return PrintOrFail(RunGet(client, *get_arguments));
    };
  });
  auto put_arguments = std::make_shared<PutArguments>();
  CLI::App* set = policy->add_subcommand("set", "Put the policy in a file into force.");
  CLI::App* lint = policy->add_subcommand(
      "lint", "Check the policy in a file, change nothing; without a controller its form alone.");
  for (CLI::App* command : {set, lint}) {
    command
        ->add_option("policy", put_arguments->policy_or_file,
                     "detection or approval; the file alone means detection")
        ->required();
    command->add_option("file", put_arguments->file, "The YAML file");
    const PolicyStep step = command == set ? PolicyStep::kSet : PolicyStep::kLint;
    command->callback([put_arguments, step, &run] {
      run = [put_arguments, step](Client& client, Clock&, Random&) {
        return PrintOrFail(RunPut(client, *put_arguments, step));
      };
    });
  }
}

}  // namespace berthmaster
