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
#include "common/status/annotate.h"
#include "controller/api/grpc_server.h"
#include "controller/controller.h"
#include "controller/controller_config.h"
#include "controller/replay_command.h"

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

// The flags of `replay` as they were given.
struct ReplayFlags {
  ReplayOptions options;
  std::string from;
  std::string to;
  std::string form = "table";
};

CLI::App* AddReplay(CLI::App& app, ReplayFlags& flags) {
  CLI::App* replay = app.add_subcommand(
      "replay",
      "Runs the engine over a recording of berthmaster-agent sample --record, or over the history "
      "in --data-dir, and prints its incidents and forecasts against what then happened.");
  replay->fallthrough();
  replay->add_option("FILE", flags.options.recording_path, "The recording.");
  replay->add_option("--host", flags.options.host_id, "Only this host.")->type_name("HOST");
  replay->add_option("--from", flags.from, "Only samples of this time and later.")
      ->type_name("TIME");
  replay->add_option("--to", flags.to, "Only samples before this time.")->type_name("TIME");
  replay->add_option("-o,--output", flags.form, "How to print the report.")
      ->check(CLI::IsMember({"table", "json"}));
  return replay;
}

absl::Status Complete(ReplayFlags& flags, const Config& config) {
  ReplayOptions& options = flags.options;
  if (!options.recording_path.empty() && config.SourceOf("data-dir") == "--data-dir") {
    return absl::InvalidArgumentError("replay takes a FILE or --data-dir, not both");
  }
  options.data_dir = config.GetString("data-dir");
  options.is_json = flags.form == "json";
  if (!flags.from.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(options.from, ParseReplayTime("--from", flags.from));
  }
  if (!flags.to.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(options.to, ParseReplayTime("--to", flags.to));
  }
  return absl::OkStatus();
}

int Replay(ReplayFlags flags, const Config& config) {
  const absl::Status complete = Complete(flags, config);
  if (!complete.ok()) return Fail(complete, kUsageExitCode);
  const absl::Status replayed = RunReplayCommand(flags.options, LinuxClock());
  return replayed.ok() ? 0 : Fail(replayed, kFailureExitCode);
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
  ReplayFlags replay_flags;
  const CLI::App* replay = AddReplay(app, replay_flags);
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
  const absl::Status level = SetLogLevel(config->GetString("log-level"));
  if (!level.ok()) return Fail(level, kUsageExitCode);
  if (replay->parsed()) return Replay(replay_flags, *config);
  const absl::StatusOr<ControllerOptions> controller_options =
      ToControllerOptions(*config, ProgramPath());
  if (!controller_options.ok()) return Fail(controller_options.status(), kUsageExitCode);
  return Run(*controller_options);
}

}  // namespace
}  // namespace berthmaster

int main(int argc, char** argv) { return berthmaster::Main(argc, argv); }
