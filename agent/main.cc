// berthmaster-agent: reads the command line, puts the agent's parts together and runs it until a
// signal comes.
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/advice_command.h"
#include "agent/agent.h"
#include "agent/agent_config.h"
#include "agent/dependencies.h"
#include "agent/doctor_command.h"
#include "agent/kernel/capabilities.h"
#include "agent/kernel/open_files_limit.h"
#include "agent/record_command.h"
#include "agent/sample_command.h"
#include "agent/top_command.h"
#include "common/config/config.h"
#include "common/log/log.h"
#include "common/runtime/stop_signal.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct CommandLine {
  ConfigInputs inputs;
  bool print_config = false;
  bool is_sample = false;
  std::string sample_form = "table";
  // Where samples are recorded; empty when none are.
  std::string record_path;
  std::string record_time;
  bool is_top = false;
  bool is_once = false;
  bool is_doctor = false;
  bool is_advice = false;
  std::string doctor_form = "table";
};

std::string HostNameOfKernel() {
  char name[HOST_NAME_MAX + 1] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "localhost";
}

int Fail(const absl::Status& status) {
  fprintf(stderr, "berthmaster-agent: %s\n", std::string(status.message()).c_str());
  return absl::IsInvalidArgument(status) ? kUsageExitCode : 1;
}

// One option for each key, so that a flag is spelled like its key everywhere.
std::map<std::string, CLI::Option*> AddFlags(const ConfigTable& table, CLI::App& app) {
  std::map<std::string, CLI::Option*> options;
  for (const ConfigKey& key : table) {
    const std::string flag = absl::StrCat("--", key.name);
    CLI::Option* option =
        key.kind == ConfigKind::kBoolean ? app.add_flag(flag) : app.add_option(flag);
    option->description(FlagHelp(key))->type_name(ValueForm(key));
    if (key.kind == ConfigKind::kStringList) option->expected(1)->take_all();
    options[key.name] = option;
  }
  return options;
}

// Nothing when there is nothing left to do, with the exit code in `exit_code`.
std::optional<CommandLine> ParseCommandLine(const ConfigTable& table, int argc, char** argv,
                                            int& exit_code) {
  CommandLine line;
  line.inputs.environment = ProcessEnvironment;
  CLI::App app("Watches this host's ephemeral ports and TIME_WAIT for Berthmaster.",
               "berthmaster-agent");
  app.set_version_flag("--version", "berthmaster-agent " BERTHMASTER_VERSION);
  app.add_option("--config", line.inputs.file_path, "A YAML file with the keys below.")
      ->type_name("FILE");
  app.add_flag("--print-config", line.print_config,
               "Prints the effective configuration as YAML and ends.");
  std::map<std::string, CLI::Option*> options = AddFlags(table, app);
  CLI::App* sample = app.add_subcommand(
      "sample", "Takes one sample and prints it, or records many; needs no controller.");
  sample->fallthrough();
  sample->add_flag("--once")->description(
      "One sample, as always: the second, where a pool is so large that its owners are named.");
  sample->add_option("-o,--output", line.sample_form, "How to print it.")
      ->check(CLI::IsMember({"table", "json"}));
  CLI::Option* record =
      sample->add_option("--record", line.record_path,
                         "Takes samples until the time of --for is over or a signal comes, and "
                         "writes them to this file, for berthmaster-controller replay.");
  record->type_name("FILE")->excludes("--once");
  sample->add_option("--for", line.record_time, "How long to record; without end unless given.")
      ->type_name("DURATION")
      ->needs(record);
  CLI::App* top = app.add_subcommand(
      "top", "Shows the pools of this host in the terminal, live; needs no controller.");
  top->fallthrough();
  top->add_flag("--once,-b,--batch", line.is_once, "Prints one plain frame and ends.");
  CLI::App* doctor = app.add_subcommand(
      "doctor",
      "Says what this host offers, what is missing for the profile, and how to grant it.");
  doctor->fallthrough();
  doctor->add_option("-o,--output", line.doctor_form, "How to print it.")
      ->check(CLI::IsMember({"table", "json"}));
  CLI::App* advice = app.add_subcommand(
      "advice", "Prints the pooling advice that is published for applications of this host.");
  advice->fallthrough();
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    exit_code = app.exit(success);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    fprintf(stderr, "berthmaster-agent: %s; see --help\n", error.what());
    exit_code = kUsageExitCode;
    return std::nullopt;
  }
  line.is_sample = sample->parsed();
  if (record->count() > 0 && line.record_path.empty()) {
    fprintf(stderr, "berthmaster-agent: --record wants the name of a file; see --help\n");
    exit_code = kUsageExitCode;
    return std::nullopt;
  }
  line.is_top = top->parsed();
  line.is_doctor = doctor->parsed();
  line.is_advice = advice->parsed();
  for (const auto& [name, option] : options) {
    if (option->count() > 0) line.inputs.flags[name] = option->results();
  }
  return line;
}

CapabilitySet SetOf(AgentProfile profile) {
  CapabilitySet set;
  for (Capability capability : CapabilitiesOf(profile)) set.Add(capability);
  return set;
}

// What no profile needs, but for what the second step takes. For good, on the only thread.
absl::Status DropWhatNobodyNeeds() {
  CapabilitySet keep = SetOf(AgentProfile::kEnforce);
  keep.Add(Capability::kSetpcap);
  return LimitCapabilities(keep);
}

// The whole configuration is read and checked again, whatever is taken of it.
absl::StatusOr<AllowList> ReadAllowListAgain(const ConfigInputs& inputs) {
  BERTHMASTER_ASSIGN_OR_RETURN(Config config,
                               Config::Resolve(AgentConfigTable(HostNameOfKernel()), inputs));
  BERTHMASTER_ASSIGN_OR_RETURN(AgentConfig agent_config, ReadAgentConfig(config));
  return agent_config.allow_sysctls;
}

absl::Status RunAgent(const ConfigInputs& inputs, const AgentConfig& config) {
  BERTHMASTER_RETURN_IF_ERROR(CheckPlaintext(config));
  // Before any thread, so that all of them inherit the blocked signals.
  BERTHMASTER_ASSIGN_OR_RETURN(StopSignal stop_signal, StopSignal::Make({SIGHUP}));
  BERTHMASTER_ASSIGN_OR_RETURN(std::unique_ptr<Dependencies> parts,
                               MakeDependencies(config, BERTHMASTER_VERSION));
  if (!config.controller.is_loopback()) {
    LogWarning("samples and changes travel in plaintext to ", config.controller.ToString(),
               ", as --insecure asks for");
  }
  LogInfo("berthmaster-agent " BERTHMASTER_VERSION " samples as host ", config.host_id, " every ",
          absl::FormatDuration(config.sample_interval), ", profile ",
          AgentProfileName(config.profile), ", state in ", config.state_dir);
  Agent agent({.sample_interval = config.sample_interval,
               .cpu_budget = config.cpu_budget,
               .version = BERTHMASTER_VERSION,
               .profile = std::string(AgentProfileName(config.profile)),
               .identity_limitation_count = parts->limitation_count},
              {&parts->clock, parts->sampler.get(), parts->tuner.get(), parts->link.get(),
               &parts->board, parts->publisher.get()});
  std::thread loop([&agent] { agent.Run(); });
  int signal_number = stop_signal.Wait();
  for (; signal_number == SIGHUP; signal_number = stop_signal.Wait()) {
    agent.Reload(ReadAllowListAgain(inputs));
  }
  LogInfo("stopping on signal ", signal_number);
  agent.Stop();
  loop.join();
  return absl::OkStatus();
}

bool WantsColours() {
  const std::optional<std::string> no_colour = ProcessEnvironment("NO_COLOR");
  const std::optional<std::string> terminal = ProcessEnvironment("TERM");
  return no_colour.value_or("").empty() && terminal.value_or("dumb") != "dumb";
}

absl::Status RunRecord(const CommandLine& line, const AgentConfig& config) {
  RecordOptions options;
  options.path = line.record_path;
  if (!line.record_time.empty() && (!absl::ParseDuration(line.record_time, &options.duration) ||
                                    options.duration <= absl::ZeroDuration())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--for '", line.record_time, "' is no time: a number with a unit, as in 90s, 5m or 1h"));
  }
  // Before any thread, so that all of them inherit the blocked signals.
  BERTHMASTER_ASSIGN_OR_RETURN(StopSignal stop_signal, StopSignal::Make());
  return RunRecordCommand(config, options, stop_signal);
}

// The exit code.
absl::StatusOr<int> RunCommand(const CommandLine& line, const AgentConfig& config) {
  if (line.is_doctor) return RunDoctorCommand(config, line.doctor_form);
  if (line.is_advice) {
    BERTHMASTER_RETURN_IF_ERROR(RunAdviceCommand(config));
  } else if (!line.record_path.empty()) {
    BERTHMASTER_RETURN_IF_ERROR(RunRecord(line, config));
  } else if (line.is_sample) {
    BERTHMASTER_RETURN_IF_ERROR(RunSampleCommand(config, line.sample_form));
  } else if (line.is_top) {
    BERTHMASTER_RETURN_IF_ERROR(RunTopCommand(config, {line.is_once, WantsColours()}));
  } else {
    BERTHMASTER_RETURN_IF_ERROR(RunAgent(line.inputs, config));
  }
  return 0;
}

int Main(int argc, char** argv) {
  // Before anything is parsed; the rest goes as soon as the profile is known.
  if (absl::Status dropped = DropWhatNobodyNeeds(); !dropped.ok()) return Fail(dropped);
  const ConfigTable table = AgentConfigTable(HostNameOfKernel());
  int exit_code = 0;
  std::optional<CommandLine> line = ParseCommandLine(table, argc, argv, exit_code);
  if (!line.has_value()) return exit_code;

  absl::StatusOr<Config> config = Config::Resolve(table, line->inputs);
  if (!config.ok()) {
    Fail(config.status());
    return kUsageExitCode;
  }
  absl::StatusOr<AgentConfig> agent_config = ReadAgentConfig(*config);
  if (!agent_config.ok()) return Fail(agent_config.status());
  if (line->print_config) {
    fputs(config->ToYaml().c_str(), stdout);
    return 0;
  }
  if (absl::Status dropped = LimitCapabilities(SetOf(agent_config->profile)); !dropped.ok()) {
    return Fail(dropped);
  }
  if (absl::Status raised = RaiseOpenFilesLimit(); !raised.ok()) LogWarning(raised.message());
  if (absl::Status set = SetLogLevel(agent_config->log_level); !set.ok()) return Fail(set);
  const absl::StatusOr<int> ended = RunCommand(*line, *agent_config);
  return ended.ok() ? *ended : Fail(ended.status());
}

}  // namespace
}  // namespace berthmaster

int main(int argc, char** argv) { return berthmaster::Main(argc, argv); }
