// berthctl: the API of Berthmaster on the command line. Data goes to standard output, everything
// else to standard error.

#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/client.h"
#include "cli/commands/commands.h"
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

// The file that is read when --config is not given; empty when there is none.
std::string DefaultConfigFile() {
  std::string directory;
  if (auto xdg = ProcessEnvironment("XDG_CONFIG_HOME"); xdg.has_value()) {
    directory = *xdg;
  } else if (auto home = ProcessEnvironment("HOME"); home.has_value()) {
    directory = absl::StrCat(*home, "/.config");
  }
  std::string path = absl::StrCat(directory, "/berthmaster/berthctl.yaml");
  std::error_code error;
  return !directory.empty() && std::filesystem::exists(path, error) ? path : "";
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
  bool print_config = false;
  app.add_flag("--print-config", print_config, "Print the effective configuration and stop.");
  Run run;
  AddReadCommands(app, run);
  AddStreamCommands(app, run);
  AddDecisionCommands(app, run);
  AddChangeCommands(app, run);
  AddSilenceCommands(app, run);
  AddPolicyCommands(app, run);
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

  if (inputs.file_path.empty()) inputs.file_path = DefaultConfigFile();
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
  Client client(config->GetEndpoint("server"));
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
