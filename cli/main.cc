// berthctl: the API of Berthmaster on the command line. Data goes to standard output, everything
// else to standard error.

#include <CLI/CLI.hpp>
#include <csignal>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/client.h"
#include "cli/commands/commands.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "cli/terminal.h"
#include "common/clock/clock.h"
#include "common/config/config.h"

namespace berthmaster {
namespace {

constexpr char kVersion[] = BERTHMASTER_VERSION;

ConfigTable Table() {
  return {{.name = "server",
           .kind = ConfigKind::kEndpoint,
           .default_value = {"127.0.0.1:7600"},
           .help = "The controller's gRPC address."}};
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
  Run run;
  AddReadCommands(app, run);
  AddStreamCommands(app, run);
  AddDecisionCommands(app, run);
  AddChangeCommands(app, run);
  AddSilenceCommands(app, run);
  AddPolicyCommands(app, run);
  AddAuditCommands(app, run);
  AddLocalCommands(app, run);
  AddCompletionCommand(app, run);
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
