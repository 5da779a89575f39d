#include "controller/controller_config.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/protocol/desired_state.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

std::string Text(absl::Duration duration) { return absl::FormatDuration(duration); }

ConfigKey DurationKey(absl::string_view name, absl::Duration default_value, absl::Duration min,
                      absl::Duration max, absl::string_view help) {
  ConfigKey key;
  key.name = std::string(name);
  key.kind = ConfigKind::kDuration;
  key.default_value = {Text(default_value)};
  key.help = std::string(help);
  key.duration_min = min;
  key.duration_max = max;
  return key;
}

ConfigKey Key(absl::string_view name, ConfigKind kind, absl::string_view default_value,
              absl::string_view help) {
  ConfigKey key;
  key.name = std::string(name);
  key.kind = kind;
  key.default_value = {std::string(default_value)};
  key.help = std::string(help);
  return key;
}

absl::Status CheckLoopback(const Config& config, absl::string_view name) {
  const Endpoint& endpoint = config.GetEndpoint(name);
  if (endpoint.is_loopback() || config.GetBoolean("insecure")) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, " ", endpoint.ToString(), " (", config.SourceOf(name),
      ") can be reached from other machines, and this version has neither TLS nor authentication: "
      "listen on 127.0.0.1, or say --insecure if the network in between is trusted"));
}

}  // namespace

ConfigTable ControllerConfigTable() {
  const EngineOptions defaults;
  ConfigKey log_level =
      Key("log-level", ConfigKind::kChoice, "info", "What the log says at least.");
  log_level.choices = {"debug", "info", "warning", "error"};
  return {
      Key("data-dir", ConfigKind::kString, "/var/lib/berthmaster-controller",
          "Where control.db, history.db and audit-signing-key.pem are; made when missing."),
      Key("listen", ConfigKind::kListenEndpoint, "127.0.0.1:7600",
          "Where agents and berthctl connect, by gRPC."),
      Key("web-listen", ConfigKind::kListenEndpoint, "127.0.0.1:7680",
          "Where the dashboard is served, by HTTP."),
      Key("web-root", ConfigKind::kString, "",
          "Where the built dashboard is; looked for near the program when empty."),
      DurationKey("history-retention", defaults.history_retention, absl::Minutes(1),
                  absl::Hours(24 * 365), "How long samples are kept."),
      DurationKey("host-timeout", defaults.host_timeout, absl::Seconds(1), absl::Hours(1),
                  "How long a host may be silent until it is UNREACHABLE."),
      DurationKey("soak", defaults.soak, absl::Seconds(1), absl::Hours(24),
                  "How long a pool must show headroom after a change until it is confirmed."),
      DurationKey("lease", defaults.lease, kLeaseMin, kLeaseMax,
                  "How long an unconfirmed change stays in force without the controller."),
      DurationKey("apply-timeout", defaults.apply_timeout, absl::Seconds(1), absl::Hours(1),
                  "How long an agent may take to apply a change until its rollout fails."),
      log_level,
      Key("insecure", ConfigKind::kBoolean, "false",
          "Listen on other addresses than loopback, without TLS and authentication."),
  };
}

std::string DefaultWebRoot(absl::string_view program_path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::canonical(fs::path(std::string(program_path)), error);
  const fs::path bin = error ? fs::path(".") : program.parent_path();
  const std::vector<fs::path> candidates = {bin / "../share/berthmaster/web",
                                            bin / "../../../web/dist"};
  for (const fs::path& candidate : candidates) {
    if (fs::exists(candidate / "index.html", error)) return candidate.lexically_normal().string();
  }
  return candidates[0].lexically_normal().string();
}

absl::StatusOr<ControllerOptions> ToControllerOptions(const Config& config,
                                                      absl::string_view program_path) {
  BERTHMASTER_RETURN_IF_ERROR(CheckLoopback(config, "listen"));
  BERTHMASTER_RETURN_IF_ERROR(CheckLoopback(config, "web-listen"));
  ControllerOptions options;
  options.data_dir = config.GetString("data-dir");
  if (options.data_dir.empty()) {
    return absl::InvalidArgumentError("data-dir is empty; name a directory for the databases");
  }
  options.listen = config.GetEndpoint("listen");
  options.web_listen = config.GetEndpoint("web-listen");
  options.web_root = config.GetString("web-root");
  if (options.web_root.empty()) options.web_root = DefaultWebRoot(program_path);
  options.engine.history_retention = config.GetDuration("history-retention");
  options.engine.host_timeout = config.GetDuration("host-timeout");
  options.engine.soak = config.GetDuration("soak");
  options.engine.lease = config.GetDuration("lease");
  options.engine.apply_timeout = config.GetDuration("apply-timeout");
  return options;
}

}  // namespace berthmaster
