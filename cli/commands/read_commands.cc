// get, describe, simulate

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/decide.h"
#include "cli/describe.h"
#include "cli/get.h"
#include "cli/pool_kind.h"
#include "cli/print.h"
#include "cli/resource_name.h"
#include "cli/simulate.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct GetArguments {
  std::string kind;
  std::string output = "table";
  GetOptions options;
};

struct DescribeArguments {
  std::string name;
  std::string second_name;
  std::string output = "table";
};

struct SimulateArguments {
  std::string output = "table";
  std::vector<std::string> set;
  SimulateOptions options;
};

absl::StatusOr<std::string> RunGet(Client& client, GetArguments arguments, absl::Time now) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceKind kind, ParseResourceKind(arguments.kind));
  BERTHMASTER_ASSIGN_OR_RETURN(arguments.options.format, ParseOutputFormat(arguments.output));
  return Get(client, kind, arguments.options, now);
}

// `describe NAME` or `describe KIND NAME`.
absl::StatusOr<ResourceRef> DescribedResource(const DescribeArguments& arguments) {
  if (arguments.second_name.empty()) return ParseResourceName(arguments.name);
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceKind kind, ParseResourceKind(arguments.name));
  return ParseResourceNameOf(kind, arguments.second_name);
}

absl::StatusOr<std::string> RunDescribe(Client& client, const DescribeArguments& arguments,
                                        absl::Time now) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceRef ref, DescribedResource(arguments));
  BERTHMASTER_ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(arguments.output));
  return Describe(client, ref, format, now);
}

absl::StatusOr<std::string> RunSimulate(Client& client, SimulateArguments arguments) {
  BERTHMASTER_ASSIGN_OR_RETURN(arguments.options.format, ParseOutputFormat(arguments.output));
  for (const std::string& text : arguments.set) {
    BERTHMASTER_ASSIGN_OR_RETURN(const auto pair, ParseSetFlag(text));
    arguments.options.settings.insert(pair);
  }
  return Simulate(client, arguments.options);
}

void AddGet(CLI::App& app, Run& run) {
  const std::string kinds =
      "hosts, namespaces, pools, incidents, recommendations, rollouts or silences";
  auto arguments = std::make_shared<GetArguments>();
  GetOptions& options = arguments->options;
  CLI::App* get = app.add_subcommand("get", "List resources: " + kinds + ".");
  get->add_option("kind", arguments->kind, kinds)->required();
  get->add_option("-o,--output", arguments->output, "table, json, yaml or name");
  get->add_option("--host", options.host, "Only of this host.");
  get->add_option("--netns", options.netns, "Only of this namespace: its name or its label.");
  get->add_option("--destination", options.destination,
                  "Only pools towards ADDRESS or ADDRESS:PORT.");
  get->add_option("--kind", options.kind, "Only pools of this kind: " + PoolKindList() + ".");
  get->add_option("--state", options.state, "Only in this state, such as open.");
  get->add_option("--silenced", options.silenced,
                  "Only incidents that are silenced (true) or loud (false).");
  get->callback([arguments, &run] {
    run = [arguments](Client& client, Clock& clock, Random&) {
      return PrintOrFail(RunGet(client, *arguments, clock.SystemNow()));
    };
  });
}

void AddDescribe(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<DescribeArguments>();
  CLI::App* describe = app.add_subcommand("describe", "Show everything about one resource.");
  describe->add_option("name", arguments->name, "Its name, or its kind")->required();
  describe->add_option("short_name", arguments->second_name, "Its name, after its kind");
  describe->add_option("-o,--output", arguments->output, "table, json, yaml or name");
  describe->callback([arguments, &run] {
    run = [arguments](Client& client, Clock& clock, Random&) {
      return PrintOrFail(RunDescribe(client, *arguments, clock.SystemNow()));
    };
  });
}

void AddSimulate(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<SimulateArguments>();
  SimulateOptions& options = arguments->options;
  CLI::App* simulate = app.add_subcommand(
      "simulate", "Forecast a pool with something about it changed. Nothing is changed by it.");
  simulate->add_option("pool", options.pool, "The pool's name")->required();
  simulate
      ->add_option("--set", arguments->set,
                   "With another value of a sysctl: SYSCTL=VALUE. Repeatable.")
      ->take_all()
      ->expected(1);
  simulate->add_option("--rate-factor", options.rate_factor,
                       "With so many times as many new connections a second.");
  simulate->add_option("--hold-time", options.hold_time,
                       "With connections that are open for so long, such as 5s.");
  simulate->add_option("--pool-size", options.connection_pool_size,
                       "With connections that are kept open, at most so many.");
  simulate->add_option("--source-factor", options.source_address_factor,
                       "With so many times as many source addresses.");
  simulate->add_option("--destination-factor", options.destination_factor,
                       "With so many times as many destination addresses or ports.");
  simulate->add_option("--capacity", options.capacity,
                       "With another capacity, of pools that no sysctl gives one.");
  simulate->add_option("-o,--output", arguments->output, "table, json or yaml");
  simulate->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random&) {
      return PrintOrFail(RunSimulate(client, *arguments));
    };
  });
}

}  // namespace

void AddReadCommands(CLI::App& app, Run& run) {
  AddGet(app, run);
  AddDescribe(app, run);
  AddSimulate(app, run);
}

}  // namespace berthmaster
