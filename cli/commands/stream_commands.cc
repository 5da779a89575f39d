// watch, wait

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <variant>

#include "cli/commands/commands.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/resource_name.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "common/config/convert.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct WatchArguments {
  std::string kind;
  std::string output = "table";
};

struct WaitArguments {
  std::string name;
  std::string state;
  std::string timeout = "60s";
};

absl::Status RunWatch(Client& client, const WatchArguments& arguments, Clock& clock) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceKind kind, ParseResourceKind(arguments.kind));
  BERTHMASTER_ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(arguments.output));
  return Watch(client, {.kind = kind, .format = format}, clock, Print, Complain, WaitForReaderToGo);
}

absl::Status RunWait(Client& client, const WaitArguments& arguments) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceRef ref, ParseResourceName(arguments.name));
  absl::StatusOr<ConfigValue> limit =
      ConvertConfigValue({.name = "timeout", .kind = ConfigKind::kDuration}, {arguments.timeout});
  if (!limit.ok()) return Annotate(limit.status(), "--timeout");
  return WaitForState(client, ref, arguments.state, std::get<absl::Duration>(*limit));
}

int End(const absl::Status& status) { return status.ok() ? kExitOk : Fail(status); }

}  // namespace

void AddStreamCommands(CLI::App& app, Run& run) {
  auto watch_arguments = std::make_shared<WatchArguments>();
  CLI::App* watch = app.add_subcommand(
      "watch", "Print what is there and then each change: hosts, pools, incidents or rollouts.");
  watch->add_option("kind", watch_arguments->kind, "hosts, pools, incidents or rollouts")
      ->required();
  watch->add_option("-o,--output", watch_arguments->output,
                    "table, json (one object a line) or name");
  watch->callback([watch_arguments, &run] {
    run = [watch_arguments](Client& client, Clock& clock, Random&) {
      return End(RunWatch(client, *watch_arguments, clock));
    };
  });

  auto wait_arguments = std::make_shared<WaitArguments>();
  CLI::App* wait = app.add_subcommand(
      "wait", "Wait until an incident or a rollout has a state; exit with 5 when it will not.");
  wait->add_option("name", wait_arguments->name, "Its name")->required();
  wait->add_option("--for", wait_arguments->state,
                   "The state: resolved; canary, wave, soaking, confirmed, reverted, failed.")
      ->required();
  wait->add_option("--timeout", wait_arguments->timeout, "How long, such as 60s.");
  wait->callback([wait_arguments, &run] {
    run = [wait_arguments](Client& client, Clock&, Random&) {
      return End(RunWait(client, *wait_arguments));
    };
  });
}

}  // namespace berthmaster
