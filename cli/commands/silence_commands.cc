// silence create, list, get, expire

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/describe.h"
#include "cli/get.h"
#include "cli/print.h"
#include "cli/resource_name.h"
#include "cli/silence.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct ShowArguments {
  std::string name;
  std::string output = "table";
  GetOptions get;
};

absl::StatusOr<std::string> RunList(Client& client, ShowArguments arguments, absl::Time now) {
  BERTHMASTER_ASSIGN_OR_RETURN(arguments.get.format, ParseOutputFormat(arguments.output));
  return Get(client, ResourceKind::kSilence, arguments.get, now);
}

absl::StatusOr<std::string> RunShow(Client& client, const ShowArguments& arguments,
                                    absl::Time now) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kSilence, arguments.name));
  BERTHMASTER_ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(arguments.output));
  return Describe(client, ref, format, now);
}

void AddCreate(CLI::App& silence, Run& run) {
  auto arguments = std::make_shared<SilenceOptions>();
  CLI::App* create = silence.add_subcommand("create", "Make a silence.");
  create
      ->add_option("-l,--label", arguments->labels,
                   "Of pools with NAME=VALUE: a label of the namespace, host, netns or cause. "
                   "Repeatable; all must hold.")
      ->take_all()
      ->expected(1);
  create->add_option("--incident", arguments->incident,
                     "Of this incident and those like it, in place of labels.");
  create->add_option("--for", arguments->length, "How long, such as 90m, 2h or 7d.")->required();
  create->add_option("--start", arguments->start, "From then on, such as 2026-01-31T22:00:00Z.");
  create->add_option("--reason", arguments->reason, "Why; it is recorded.")->required();
  create->add_flag("--dry-run", arguments->validate_only, "Check everything, change nothing.");
  create->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random& random) {
      return PrintOrFail(CreateSilence(client, *arguments, random));
    };
  });
}

void AddExpire(CLI::App& silence, Run& run) {
  auto arguments = std::make_shared<SilenceOptions>();
  CLI::App* expire = silence.add_subcommand("expire", "End a silence before its time.");
  expire->add_option("name", arguments->name, "Its name")->required();
  expire->add_option("--etag", arguments->etag, "Act only if it is still as seen with this etag.");
  expire->callback([arguments, &run] {
    run = [arguments](Client& client, Clock&, Random&) {
      return PrintOrFail(ExpireSilence(client, *arguments));
    };
  });
}

}  // namespace

void AddSilenceCommands(CLI::App& app, Run& run) {
  CLI::App* silence = app.add_subcommand(
      "silence", "Keep incidents from calling for attention for a time: maintenances.");
  silence->require_subcommand(1);
  AddCreate(*silence, run);

  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* list = silence->add_subcommand("list", "List the silences.");
  list->add_option("--state", arguments->get.state,
                   "Only in this state: pending, active, expired.");
  list->callback([arguments, &run] {
    run = [arguments](Client& client, Clock& clock, Random&) {
      return PrintOrFail(RunList(client, *arguments, clock.SystemNow()));
    };
  });
  CLI::App* get = silence->add_subcommand("get", "Show everything about one silence.");
  get->add_option("name", arguments->name, "Its name")->required();
  get->callback([arguments, &run] {
    run = [arguments](Client& client, Clock& clock, Random&) {
      return PrintOrFail(RunShow(client, *arguments, clock.SystemNow()));
    };
  });
  for (CLI::App* command : {list, get}) {
    command->add_option("-o,--output", arguments->output, "table, json, yaml or name");
  }
  AddExpire(*silence, run);
}

}  // namespace berthmaster
