// berthmaster-controller: see controller/README.md.

#include <sys/auxv.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/config/config.h"
#include "common/log/log.h"
#include "common/runtime/stop_signal.h"
#include "controller/api/grpc_server.h"
#include "controller/controller.h"
#include "controller/controller_config.h"

namespace berthmaster {
namespace {

constexpr int kFailureExitCode = 1;

int Fail(const absl::Status& status, int exit_code) {
  std::cerr << "berthmaster-controller: " << status.message() << "\n";
  return exit_code;
}

// The path of this program as execve(2) got it: a shell has resolved PATH by then.
std::string ProgramPath() {
  const auto* path = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  return path == nullptr ? "" : path;
}

int Run(const ControllerOptions& options) {
  absl::StatusOr<StopSignal> stop_signal = StopSignal::Make();
  if (!stop_signal.ok()) return Fail(stop_signal.status(), kFailureExitCode);
  QuietGrpcLog();
  LinuxClock clock;
  LinuxRandom random;
  absl::StatusOr<std::unique_ptr<Controller>> controller =
      Controller::Start(options, {.clock = &clock, .random = &random});
  if (!controller.ok()) return Fail(controller.status(), kFailureExitCode);
  LogInfo("serving gRPC on ", (*controller)->listen().ToString(), " and the dashboard on http://",
          (*controller)->web_listen().ToString(), "/");
  stop_signal->Wait();
  LogInfo("stopping");
  (*controller)->Stop();
  LogInfo("stopped");
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Berthmaster's controller: stores samples, finds incidents, rolls out approved changes.");
  app.set_version_flag("--version", "berthmaster-controller " BERTHMASTER_VERSION);
  ConfigInputs inputs;
  inputs.environment = ProcessEnvironment;
  bool print_config = false;
  app.add_option("--config", inputs.file_path, "A YAML file with any of the keys below.")
      ->type_name("FILE");
  app.add_flag("--print-config", print_config, "Print the effective configuration and exit.");

  const ConfigTable table = ControllerConfigTable();
  std::map<std::string, CLI::Option*> options;
  for (const ConfigKey& key : table) {
    CLI::Option*& option = options[key.name];
    const std::string name = "--" + key.name;
    const std::string help = FlagHelp(key);
    option =
        key.kind == ConfigKind::kBoolean ? app.add_flag(name, help) : app.add_option(name, help);
    option->type_name(ValueForm(key));
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {
    return app.exit(request);  // --help and --version
  } catch (const CLI::ParseError& error) {
    return Fail(absl::InvalidArgumentError(std::string(error.what()) + " (see --help)"),
                kUsageExitCode);
  }
  for (const auto& [name, option] : options) {
    if (option->count() > 0) inputs.flags[name] = option->results();
  }
  const absl::StatusOr<Config> config = Config::Resolve(table, inputs);
  if (!config.ok()) return Fail(config.status(), kUsageExitCode);
  if (print_config) {
    std::cout << config->ToYaml();
    return 0;
  }
  const absl::StatusOr<ControllerOptions> controller_options =
      ToControllerOptions(*config, ProgramPath());
  if (!controller_options.ok()) return Fail(controller_options.status(), kUsageExitCode);
  const absl::Status level = SetLogLevel(config->GetString("log-level"));
  if (!level.ok()) return Fail(level, kUsageExitCode);
  return Run(*controller_options);
}

}  // namespace
}  // namespace berthmaster

int main(int argc, char** argv) { return berthmaster::Main(argc, argv); }
