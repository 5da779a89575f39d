#include "agent/doctor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agent/pool_text.h"

namespace berthmaster {
namespace {

constexpr char kGrant[] =
    "; run the agent as root, grant it with AmbientCapabilities= and CapabilityBoundingSet= of its "
    "systemd unit, or with securityContext.capabilities.add of its pod";

class Checks {
 public:
  void Ok(absl::string_view what, absl::string_view found, absl::string_view use) {
    Not(CheckState::kOk, what, found, use, {});
  }
  void Not(CheckState state, absl::string_view what, absl::string_view found, absl::string_view use,
           std::vector<std::string> remedies) {
    checks_.push_back(
        {std::string(what), state, std::string(found), std::string(use), std::move(remedies)});
  }
  // Missing, with what the status says, unless it is OK.
  void Try(absl::string_view what, const absl::Status& status, absl::string_view use,
           std::string remedy) {
    if (status.ok()) return Ok(what, "works", use);
    Not(CheckState::kMissing, what, status.message(), use, {std::move(remedy)});
  }
  std::vector<DoctorCheck> Take() { return std::move(checks_); }

 private:
  std::vector<DoctorCheck> checks_;
};

void CheckKernel(const HostFacts& host, Checks& checks) {
  constexpr char kUse[] = "telling network namespaces apart for as long as the host runs";
  if (host.netns_cookie.ok()) return checks.Ok("kernel", host.kernel_release, kUse);
  checks.Not(CheckState::kMissing, "kernel",
             absl::StrCat(host.kernel_release, ": ", host.netns_cookie.message()), kUse,
             {"use Linux 5.14 or later"});
}

void CheckCapabilities(const HostFacts& host, AgentProfile profile, Checks& checks) {
  for (Capability capability : CapabilitiesOf(profile)) {
    const absl::string_view name = CapabilityName(capability);
    const absl::string_view use = CapabilityUse(capability);
    if (!host.capabilities.has_value()) {
      checks.Not(CheckState::kUnknown, name, "could not be read", use, {});
    } else if (host.capabilities->effective.Has(capability)) {
      checks.Ok(name, "held", use);
    } else {
      checks.Not(CheckState::kMissing, name, "not held", use,
                 {absl::StrCat("grant ", name, kGrant)});
    }
  }
}

std::string Process1Remedy(const HostFacts& host) {
  if (host.capabilities.has_value() && host.capabilities->effective.Has(Capability::kSysPtrace)) {
    return "CAP_SYS_PTRACE is held, so a security module or a user namespace keeps the agent out: "
           "run it in the host's user and pid namespaces, and let it read process 1";
  }
  return absl::StrCat("grant CAP_SYS_PTRACE", kGrant, "; its pod also needs hostPID: true");
}

void CheckConntrack(const HostFacts& host, Checks& checks) {
  checks.Ok("conntrack", host.has_conntrack ? "loaded" : "not loaded: nothing to watch",
            "SNAT pools and the conntrack table");
}

void CheckCgroups(const HostFacts& host, Checks& checks) {
  constexpr char kUse[] = "naming pods, containers and units";
  if (host.has_cgroup_v1 && host.has_cgroup_v2) return checks.Ok("cgroups", "v1 and v2", kUse);
  if (host.has_cgroup_v2) return checks.Ok("cgroups", "v2", kUse);
  if (host.has_cgroup_v1) return checks.Ok("cgroups", "v1", kUse);
  checks.Not(CheckState::kUnknown, "cgroups", "no cgroup file system is mounted here", kUse,
             {"mount the host's cgroup file system into the agent's container"});
}

void CheckHidePid(const HostFacts& host, Checks& checks) {
  constexpr char kUse[] = "finding the processes whose namespaces and sockets are watched";
  if (!host.hide_pid.has_value()) {
    return checks.Not(CheckState::kUnknown, "hidepid", "the mount options of procfs are not known",
                      kUse, {});
  }
  if (*host.hide_pid == HidePid::kOff) return checks.Ok("hidepid", "off", kUse);
  const bool can_see_all =
      host.capabilities.has_value() && host.capabilities->effective.Has(Capability::kSysPtrace);
  if (can_see_all) return checks.Ok("hidepid", "on, and does not matter with CAP_SYS_PTRACE", kUse);
  checks.Not(
      CheckState::kMissing, "hidepid", "procfs hides the processes of others", kUse,
      {"use --profile=observe with CAP_SYS_PTRACE, or mount procfs with hidepid=0 or with gid= "
       "of a group of the agent's"});
}

void CheckFileLimit(const HostFacts& host, Checks& checks) {
  constexpr char kUse[] = "holding thousands of namespaces open";
  if (!host.file_limit.has_value()) {
    return checks.Not(CheckState::kUnknown, "open files", "RLIMIT_NOFILE could not be read", kUse,
                      {});
  }
  const bool is_endless = host.file_limit->soft == std::numeric_limits<int64_t>::max();
  const std::string found =
      is_endless ? "no limit" : absl::StrCat("at most ", host.file_limit->soft);
  const int64_t needed =
      std::min<int64_t>(kWantedOpenFiles, kOtherFilesMax + int64_t{host.netns_count});
  if (host.file_limit->soft >= needed) return checks.Ok("open files", found, kUse);
  checks.Not(
      CheckState::kMissing, "open files", found, kUse,
      {absl::StrCat("raise the hard limit to ", needed, " or more: LimitNOFILE= of the unit")});
}

void CheckNamespaces(const HostFacts& host, Checks& checks) {
  constexpr char kUse[] = "one port space each";
  const std::string found = absl::StrCat(host.netns_count, " found");
  if (host.netns_limitations.empty()) return checks.Ok("network namespaces", found, kUse);
  checks.Not(CheckState::kMissing, "network namespaces", found, kUse, host.netns_limitations);
}

absl::string_view StateText(CheckState state) {
  switch (state) {
    case CheckState::kOk:
      return "ok";
    case CheckState::kMissing:
      return "missing";
    case CheckState::kUnknown:
      return "unknown";
  }
  return "?";
}

// A JSON string; what is not ASCII is written as '?', since it may be no UTF-8.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted.push_back('\\');
      quoted.push_back(c);
    } else if (absl::ascii_isprint(byte)) {
      quoted.push_back(c);
    } else if (byte < 0x80) {
      absl::StrAppendFormat(&quoted, "\\u%04x", byte);
    } else {
      quoted.push_back('?');
    }
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace

std::vector<DoctorCheck> Diagnose(const DoctorInputs& inputs, const AgentConfig& config) {
  const HostFacts& host = inputs.host;
  const bool is_lite = config.profile == AgentProfile::kObserveLite;
  Checks checks;
  CheckKernel(host, checks);
  CheckCapabilities(host, config.profile, checks);
  checks.Try("sock_diag", host.sock_diag, "dumping sockets by netlink",
             "load the modules tcp_diag and inet_diag, or use --source=procfs");
  if (!is_lite) {
    checks.Try("setns", host.setns, "entering the network namespaces of others",
               absl::StrCat("grant CAP_SYS_ADMIN", kGrant));
    checks.Try("process 1", host.process_1, "finding the host's own namespace and those of others",
               Process1Remedy(host));
    checks.Try("BTF", host.btf, "BPF: failed connect() calls, ports taken by bind()",
               "use a kernel built with CONFIG_DEBUG_INFO_BTF, as those of distributions are");
    CheckConntrack(host, checks);
    if (!inputs.reader_limitations.empty()) {
      checks.Not(CheckState::kMissing, "readers", "not to be had", "what sockets do not tell",
                 inputs.reader_limitations);
    }
  }
  if (config.profile == AgentProfile::kEnforce) {
    checks.Try(
        "sysctls", host.sysctl_write, "writing approved changes",
        "mount the sysctls writable (ProtectKernelTunables=no of the unit), and run the agent "
        "as root or with CAP_NET_ADMIN");
  }
  CheckCgroups(host, checks);
  CheckHidePid(host, checks);
  CheckNamespaces(host, checks);
  CheckFileLimit(host, checks);
  checks.Try("state directory", inputs.state_directory,
             "the journal of prior values and the samples not delivered yet",
             "make it and give it to the agent's user, or name another with --state-dir; root has "
             "to own it too, since the agent gives CAP_DAC_OVERRIDE up");
  checks.Try("controller", inputs.controller, "delivering samples; until then they are spooled",
             "start it, open the way to it, or name another with --controller");
  return checks.Take();
}

bool IsComplete(const std::vector<DoctorCheck>& checks) {
  return std::none_of(checks.begin(), checks.end(),
                      [](const DoctorCheck& check) { return check.state == CheckState::kMissing; });
}

std::string DoctorTable(const std::vector<DoctorCheck>& checks, const AgentConfig& config) {
  constexpr char kFormat[] = "%-20s %-8s %-34s  %s\n";
  std::string table = absl::StrFormat(kFormat, "CHECK", "STATE", "FOUND", "FOR");
  for (const DoctorCheck& check : checks) {
    absl::StrAppendFormat(&table, kFormat, check.what, StateText(check.state),
                          TerminalText(check.found), check.use);
  }
  const auto missing = std::count_if(checks.begin(), checks.end(), [](const DoctorCheck& check) {
    return check.state == CheckState::kMissing;
  });
  absl::StrAppend(&table, "\nProfile ", AgentProfileName(config.profile), ": ");
  absl::StrAppend(&table,
                  missing == 0 ? "everything is there.\n" : absl::StrCat(missing, " missing.\n"));
  for (const DoctorCheck& check : checks) {
    for (const std::string& remedy : check.remedies) {
      absl::StrAppend(&table, "  ", check.what, ": ", TerminalText(remedy), "\n");
    }
  }
  return table;
}

std::string DoctorJson(const std::vector<DoctorCheck>& checks, const AgentConfig& config) {
  std::string json = absl::StrCat("{\n  \"profile\": ", Quoted(AgentProfileName(config.profile)),
                                  ",\n  \"complete\": ", IsComplete(checks) ? "true" : "false",
                                  ",\n  \"checks\": [");
  const char* before = "\n";
  for (const DoctorCheck& check : checks) {
    absl::StrAppend(
        &json, before, "    {\"what\": ", Quoted(check.what),
        ", \"state\": ", Quoted(StateText(check.state)), ", \"found\": ", Quoted(check.found),
        ", \"use\": ", Quoted(check.use), ", \"remedies\": [",
        absl::StrJoin(check.remedies, ", ",
                      [](std::string* out, const std::string& one) { out->append(Quoted(one)); }),
        "]}");
    before = ",\n";
  }
  absl::StrAppend(&json, "\n  ]\n}\n");
  return json;
}

}  // namespace berthmaster
