// berthctl: the API of Berthmaster on the command line. Data goes to standard output, everything
// else to standard error.

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/audit.h"
#include "cli/audit_verify.h"
#include "cli/client.h"
#include "cli/decide.h"
#include "cli/describe.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "cli/explain.h"
#include "cli/get.h"
#include "cli/lint_command.h"
#include "cli/policy.h"
#include "cli/pool_kind.h"
#include "cli/print.h"
#include "cli/resource_name.h"
#include "cli/silence.h"
#include "cli/simulate.h"
#include "cli/terminal.h"
#include "cli/watch.h"
#include "common/clock/clock.h"
#include "common/config/config.h"
#include "common/config/convert.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

constexpr char kVersion[] = BERTHMASTER_VERSION;

// What the command line says, before it is checked.
struct Arguments {
  std::string kind;
  std::string name;
  std::string second_name;
  std::string output = "table";
  std::string state;
  std::string timeout = "60s";
  GetOptions get;
  DecideOptions decide;
  SimulateOptions simulate;
  SilenceOptions silence;
  std::vector<std::string> set;
  // Settings to explain.
  std::vector<std::string> names;
  LintRequest lint;
  AuditListOptions audit;
  AuditVerifyOptions verify;
};

// What a command does once the server is known; returns the exit code.
using Run = std::function<int(Client&, Clock&, Random&)>;

ConfigTable Table() {
  return {{.name = "server",
           .kind = ConfigKind::kEndpoint,
           .default_value = {"127.0.0.1:7600"},
           .help = "The controller's gRPC address."}};
}

int Fail(const absl::Status& status) {
  std::string reason = ReasonOf(status);
  Complain(absl::StrCat(std::string(status.message()),
                        reason.empty() ? "" : absl::StrCat(" [", reason, "]")));
  return ExitCodeOf(status);
}

int PrintOrFail(const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return Fail(text.status());
  return Print(*text) ? kExitOk : kExitGeneric;
}

// `describe NAME` or `describe KIND NAME`.
absl::StatusOr<ResourceRef> DescribedResource(const Arguments& arguments) {
  if (arguments.second_name.empty()) return ParseResourceName(arguments.name);
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceKind kind, ParseResourceKind(arguments.name));
  return ParseResourceNameOf(kind, arguments.second_name);
}

int RunGet(Client& client, Arguments& arguments, Clock& clock) {
  absl::StatusOr<ResourceKind> kind = ParseResourceKind(arguments.kind);
  if (!kind.ok()) return Fail(kind.status());
  absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  arguments.get.format = *format;
  return PrintOrFail(Get(client, *kind, arguments.get, clock.SystemNow()));
}

int RunDescribe(Client& client, const Arguments& arguments, Clock& clock) {
  absl::StatusOr<ResourceRef> ref = DescribedResource(arguments);
  if (!ref.ok()) return Fail(ref.status());
  absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  return PrintOrFail(Describe(client, *ref, *format, clock.SystemNow()));
}

int RunWatch(Client& client, const Arguments& arguments, Clock& clock) {
  absl::StatusOr<ResourceKind> kind = ParseResourceKind(arguments.kind);
  if (!kind.ok()) return Fail(kind.status());
  absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  absl::Status status =
      Watch(client, {.kind = *kind, .format = *format}, clock, Print, Complain, WaitForReaderToGo);
  return status.ok() ? kExitOk : Fail(status);
}

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text) {
  absl::StatusOr<ConfigValue> value =
      ConvertConfigValue({.name = "timeout", .kind = ConfigKind::kDuration}, {text});
  if (!value.ok()) return Annotate(value.status(), "--timeout");
  return std::get<absl::Duration>(*value);
}

int RunWait(Client& client, const Arguments& arguments) {
  absl::StatusOr<ResourceRef> ref = ParseResourceName(arguments.name);
  if (!ref.ok()) return Fail(ref.status());
  absl::StatusOr<absl::Duration> limit = ParseTimeout(arguments.timeout);
  if (!limit.ok()) return Fail(limit.status());
  absl::Status status = WaitForState(client, *ref, arguments.state, *limit);
  return status.ok() ? kExitOk : Fail(status);
}

int RunApprove(Client& client, Arguments& arguments, Random& random) {
  for (const std::string& text : arguments.set) {
    auto pair = ParseSetFlag(text);
    if (!pair.ok()) return Fail(pair.status());
    arguments.decide.desired_values.insert(*pair);
  }
  return PrintOrFail(Approve(client, arguments.decide, random));
}

int RunSimulate(Client& client, Arguments& arguments) {
  absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  arguments.simulate.format = *format;
  for (const std::string& text : arguments.set) {
    auto pair = ParseSetFlag(text);
    if (!pair.ok()) return Fail(pair.status());
    arguments.simulate.settings.insert(*pair);
  }
  return PrintOrFail(Simulate(client, arguments.simulate));
}

void AddSimulate(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* simulate = app.add_subcommand(
      "simulate", "Forecast a pool with something about it changed. Nothing is changed by it.");
  SimulateOptions& options = arguments.simulate;
  simulate->add_option("pool", options.pool, "The pool's name")->required();
  simulate
      ->add_option("--set", arguments.set,
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
  simulate->add_option("-o,--output", arguments.output, "table, json or yaml");
  simulate->callback([&] {
    run = [&](Client& client, Clock&, Random&) { return RunSimulate(client, arguments); };
  });
}

int RunExplain(const Arguments& arguments) {
  absl::StatusOr<OutputFormat> format = ParseOutputFormat(arguments.output);
  if (!format.ok()) return Fail(format.status());
  return PrintOrFail(Explain(arguments.names, *format));
}

int RunLint(const LintRequest& options) {
  const absl::StatusOr<LintOutcome> outcome = RunLintCommand(options);
  if (!outcome.ok()) return Fail(outcome.status());
  const int printed = PrintOrFail(outcome->text);
  if (printed == kExitOk && !outcome->summary.empty()) Complain(outcome->summary);
  return printed == kExitOk ? outcome->exit_code : printed;
}

// The commands that need no controller.
void AddLocalCommands(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* explain = app.add_subcommand(
      "explain", "What a sysctl or socket option really does; without a name: the list.");
  explain->add_option("names", arguments.names,
                      "Such as net.ipv4.tcp_tw_reuse, tcp_fin_timeout, SO_LINGER, TIME_WAIT");
  explain->add_option("-o,--output", arguments.output, "table, json, yaml or name");
  explain->callback([&] { run = [&](Client&, Clock&, Random&) { return RunExplain(arguments); }; });

  CLI::App* lint = app.add_subcommand(
      "lint", "Judge the sysctls of a sysctl.conf, a sysctl.d directory or pod specs.");
  lint->add_option("paths", arguments.lint.paths, "Files, directories, or - for standard input")
      ->required();
  lint->add_option("-o,--output", arguments.lint.output, "table, json, yaml, jsonl or sarif");
  lint->add_option("--kernel", arguments.lint.kernel, "The Linux to judge for, such as 6.1.");
  lint->add_option("--kubernetes", arguments.lint.kubernetes,
                   "The Kubernetes to judge for, such as 1.29.");
  lint->add_flag("--strict", arguments.lint.is_strict, "Exit with 1 for warnings, too.");
  lint->callback([&] { run = [&](Client&, Clock&, Random&) { return RunLint(arguments.lint); }; });
}

void AddSilence(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* silence = app.add_subcommand(
      "silence", "Keep incidents from calling for attention for a time: maintenances.");
  silence->require_subcommand(1);
  SilenceOptions& options = arguments.silence;

  CLI::App* create = silence->add_subcommand("create", "Make a silence.");
  create
      ->add_option("-l,--label", options.labels,
                   "Of pools with NAME=VALUE: a label of the namespace, host, netns or cause. "
                   "Repeatable; all must hold.")
      ->take_all()
      ->expected(1);
  create->add_option("--incident", options.incident,
                     "Of this incident and those like it, in place of labels.");
  create->add_option("--for", options.length, "How long, such as 90m, 2h or 7d.")->required();
  create->add_option("--start", options.start, "From then on, such as 2026-01-31T22:00:00Z.");
  create->add_option("--reason", options.reason, "Why; it is recorded.")->required();
  create->add_flag("--dry-run", options.validate_only, "Check everything, change nothing.");
  create->callback([&] {
    run = [&](Client& client, Clock&, Random& random) {
      return PrintOrFail(CreateSilence(client, options, random));
    };
  });

  CLI::App* list = silence->add_subcommand("list", "List the silences.");
  list->add_option("--state", arguments.get.state, "Only in this state: pending, active, expired.");
  list->add_option("-o,--output", arguments.output, "table, json, yaml or name");
  list->callback([&] {
    arguments.kind = "silences";
    run = [&](Client& client, Clock& clock, Random&) { return RunGet(client, arguments, clock); };
  });

  CLI::App* get = silence->add_subcommand("get", "Show everything about one silence.");
  get->add_option("name", arguments.second_name, "Its name")->required();
  get->add_option("-o,--output", arguments.output, "table, json, yaml or name");
  get->callback([&] {
    arguments.name = "silence";
    run = [&](Client& client, Clock& now, Random&) { return RunDescribe(client, arguments, now); };
  });

  CLI::App* expire = silence->add_subcommand("expire", "End a silence before its time.");
  expire->add_option("name", options.name, "Its name")->required();
  expire->add_option("--etag", options.etag, "Act only if it is still as seen with this etag.");
  expire->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      return PrintOrFail(ExpireSilence(client, options));
    };
  });
}

void AddPolicy(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* policy =
      app.add_subcommand("policy", "See and set what is detected where: thresholds by label.");
  policy->require_subcommand(1);
  CLI::App* get = policy->add_subcommand("get", "Print the policy as a file that set takes.");
  get->add_option("-o,--output", arguments.output, "table, json, yaml or name");
  get->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      return PrintOrFail(GetPolicy(client, arguments.output));
    };
  });
  CLI::App* set = policy->add_subcommand("set", "Put the policy in a file into force.");
  CLI::App* lint = policy->add_subcommand("lint", "Check the policy in a file, change nothing.");
  for (CLI::App* command : {set, lint}) {
    command->add_option("file", arguments.name, "The YAML file")->required();
    const PolicyStep step = command == set ? PolicyStep::kSet : PolicyStep::kLint;
    command->callback([&, step] {
      run = [&, step](Client& client, Clock&, Random&) {
        return PrintOrFail(PutPolicy(client, arguments.name, step));
      };
    });
  }
}

void AddAudit(CLI::App& app, Arguments& arguments, Run& run) {
  CLI::App* audit = app.add_subcommand("audit", "Who did what, when, from where and why.");
  audit->require_subcommand(1);
  CLI::App* list = audit->add_subcommand("list", "List what was done, newest first.");
  AuditListOptions& options = arguments.audit;
  list->add_option("--action", options.actions, "Only this, such as approved. Repeatable.")
      ->take_all()
      ->expected(1);
  list->add_option("--actor", options.actor, "Only by this one, such as local/alice.");
  list->add_option("--object", options.object, "Only to this resource, by its full name.");
  list->add_option("--host", options.host, "Only what is about this host.");
  list->add_option("--since", options.since, "Only from this time on, or so long ago: 24h, 7d.");
  list->add_option("--until", options.until, "Only before this time.");
  list->add_option("--limit", options.limit, "How many at most.");
  list->add_option("-o,--output", options.output, "table, json, yaml or name");
  list->callback([&] {
    run = [&](Client& client, Clock& clock, Random&) {
      return PrintOrFail(ListAudit(client, options, clock.SystemNow()));
    };
  });
  CLI::App* verify =
      audit->add_subcommand("verify", "Verify the chain; name its first broken link.");
  verify->add_option("--file", arguments.verify.file, "That of an export; - for standard input.");
  verify->add_option("--checkpoint", arguments.verify.checkpoint_file,
                     "A file of audit checkpoint that the chain must hold.");
  verify->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      return PrintOrFail(VerifyAudit(client, arguments.verify));
    };
  });
  CLI::App* exported = audit->add_subcommand("export", "Print all entries, a line of JSON each.");
  exported->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      const absl::Status status = ExportAudit(client, arguments.verify.first_sequence, Print);
      return status.ok() ? kExitOk : Fail(status);
    };
  });
  for (CLI::App* command : {verify, exported}) {
    command->add_option("--from", arguments.verify.first_sequence, "From this entry on.");
  }
  CLI::App* checkpoint = audit->add_subcommand("checkpoint", "Print the chain's end, signed.");
  checkpoint->callback([&] {
    run = [&](Client& client, Clock&, Random&) { return PrintOrFail(AuditCheckpointText(client)); };
  });
}

// The commands. Each sets `run`, which is called once the server is known.
void AddCommands(CLI::App& app, Arguments& arguments, Run& run) {
  const std::string kinds =
      "hosts, namespaces, pools, incidents, recommendations, rollouts or silences";

  CLI::App* get = app.add_subcommand("get", "List resources: " + kinds + ".");
  get->add_option("kind", arguments.kind, kinds)->required();
  get->add_option("-o,--output", arguments.output, "table, json, yaml or name");
  get->add_option("--host", arguments.get.host, "Only of this host.");
  get->add_option("--netns", arguments.get.netns, "Only of this namespace: its name or its label.");
  get->add_option("--destination", arguments.get.destination,
                  "Only pools towards ADDRESS or ADDRESS:PORT.");
  get->add_option("--kind", arguments.get.kind, "Only pools of this kind: " + PoolKindList() + ".");
  get->add_option("--state", arguments.get.state, "Only in this state, such as open.");
  get->add_option("--silenced", arguments.get.silenced,
                  "Only incidents that are silenced (true) or loud (false).");
  get->callback([&] {
    run = [&](Client& client, Clock& clock, Random&) { return RunGet(client, arguments, clock); };
  });

  CLI::App* describe = app.add_subcommand("describe", "Show everything about one resource.");
  describe->add_option("name", arguments.name, "Its name, or its kind")->required();
  describe->add_option("short_name", arguments.second_name, "Its name, after its kind");
  describe->add_option("-o,--output", arguments.output, "table, json, yaml or name");
  describe->callback([&] {
    run = [&](Client& client, Clock& clock, Random&) {
      return RunDescribe(client, arguments, clock);
    };
  });

  AddSimulate(app, arguments, run);
  AddSilence(app, arguments, run);
  AddPolicy(app, arguments, run);
  AddAudit(app, arguments, run);

  CLI::App* watch = app.add_subcommand(
      "watch", "Print what is there and then each change: hosts, pools, incidents or rollouts.");
  watch->add_option("kind", arguments.kind, "hosts, pools, incidents or rollouts")->required();
  watch->add_option("-o,--output", arguments.output, "table, json (one object a line) or name");
  watch->callback([&] {
    run = [&](Client& client, Clock& clock, Random&) { return RunWatch(client, arguments, clock); };
  });

  CLI::App* wait = app.add_subcommand("wait", "Wait until an incident or a rollout has a state.");
  wait->add_option("name", arguments.name, "Its name")->required();
  wait->add_option("--for", arguments.state, "The state, such as confirmed or resolved.")
      ->required();
  wait->add_option("--timeout", arguments.timeout, "How long, such as 60s.");
  wait->callback(
      [&] { run = [&](Client& client, Clock&, Random&) { return RunWait(client, arguments); }; });

  CLI::App* approve =
      app.add_subcommand("approve", "Approve a recommendation: its rollout starts.");
  approve->add_option("--set", arguments.set, "Write another value: SYSCTL=VALUE. Repeatable.")
      ->take_all()
      ->expected(1);
  approve->add_flag("--dry-run", arguments.decide.validate_only,
                    "Check everything, change nothing.");
  approve->callback([&] {
    run = [&](Client& client, Clock&, Random& random) {
      return RunApprove(client, arguments, random);
    };
  });
  CLI::App* reject = app.add_subcommand("reject", "Reject a recommendation.");
  reject->callback([&] {
    run = [&](Client& client, Clock&, Random& random) {
      return PrintOrFail(Reject(client, arguments.decide, random));
    };
  });
  CLI::App* resolve = app.add_subcommand("resolve", "End an incident by hand.");
  resolve->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      return PrintOrFail(Resolve(client, arguments.decide));
    };
  });
  CLI::App* revert = app.add_subcommand("revert", "Put the prior values of a rollout back.");
  revert->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      return PrintOrFail(Revert(client, arguments.decide));
    };
  });
  CLI::App* acknowledge = app.add_subcommand("ack", "Record that an incident has been seen.");
  acknowledge->callback([&] {
    run = [&](Client& client, Clock&, Random&) {
      return PrintOrFail(Acknowledge(client, arguments.decide));
    };
  });
  for (CLI::App* command : {approve, reject, resolve, revert, acknowledge}) {
    command->add_option("name", arguments.decide.name, "Its name")->required();
    command->add_option("--etag", arguments.decide.etag,
                        "Act only if the resource is still as seen with this etag.");
    if (command == acknowledge) continue;
    command->add_option("--reason", arguments.decide.reason, "Why; it is recorded.")->required();
  }
}

int Main(int argc, char** argv) {
  CLI::App app("berthctl: see and decide what Berthmaster does.");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.set_version_flag("--version", std::string("berthctl ") + kVersion);
  ConfigTable table = Table();
  std::map<std::string, CLI::Option*> options;
  for (const ConfigKey& key : table) {
    const std::string help = FlagHelp(key);
    options[key.name] = app.add_option("--" + key.name, help)->type_name(ValueForm(key));
  }
  ConfigInputs inputs;
  inputs.environment = ProcessEnvironment;
  app.add_option("--config", inputs.file_path, "A YAML file with the same keys.");
  std::string as;
  app.add_option("--as", as, "Who you are, for the record; $SUDO_USER or $USER otherwise.");
  bool print_config = false;
  app.add_flag("--print-config", print_config, "Print the effective configuration and stop.");
  Arguments arguments;
  Run run;
  AddCommands(app, arguments, run);
  AddLocalCommands(app, arguments, run);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    Complain(absl::StrCat(error.what(), "; see berthctl --help"));
    return kExitUsage;
  }

  if (inputs.file_path.empty()) inputs.file_path = DefaultConfigFile(ProcessEnvironment);
  for (const auto& [name, option] : options) {
    if (option->count() > 0) inputs.flags[name] = option->results();
  }
  absl::StatusOr<Config> config = Config::Resolve(table, inputs);
  if (!config.ok()) {
    Complain(std::string(config.status().message()));
    return kExitUsage;
  }
  if (print_config) return Print(config->ToYaml()) ? kExitOk : kExitGeneric;

  if (!run) {
    Complain("a command is needed, such as: berthctl get pools; see berthctl --help");
    return kExitUsage;
  }
  const absl::StatusOr<std::string> user = UserName(as, ProcessEnvironment);
  if (!user.ok()) return Fail(user.status());
  Client client(config->GetEndpoint("server"), *user);
  LinuxClock clock;
  LinuxRandom random;
  return run(client, clock, random);
}

}  // namespace
}  // namespace berthmaster

int main(int argc, char** argv) {
  // A reader that goes away ends the command by a failed write, not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  return berthmaster::Main(argc, argv);
}
