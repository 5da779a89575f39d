#include "agent/kernel/sockets/ss_socket_dump.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/kernel/child_process.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/ss_parser.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Debian has it in /usr/bin, others in /usr/sbin or, before the merge of /usr, in /sbin.
constexpr const char* kPrograms[] = {"/usr/bin/ss", "/usr/sbin/ss", "/bin/ss", "/sbin/ss"};
// What a pipe holds, and more than a line has: some 150 bytes and the path of a cgroup, at most
// PATH_MAX = 4096.
constexpr size_t kBufferBytes = 64 * 1024;

std::vector<std::string> OrDefault(std::vector<std::string> programs) {
  if (programs.empty()) programs.assign(std::begin(kPrograms), std::end(kPrograms));
  return programs;
}

absl::Status CheckEnterable(const NetnsEntry& netns) {
  if (netns.fd != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("network namespace ", netns.label,
                   " cannot be entered, which running ss in it needs; run the agent as root with "
                   "CAP_SYS_ADMIN and CAP_SYS_PTRACE, or with --source=procfs"));
}

}  // namespace

SsSocketDump::SsSocketDump(const Clock& clock, std::vector<std::string> programs,
                           absl::Duration time_limit)
    : clock_(clock),
      programs_(OrDefault(std::move(programs))),
      time_limit_(time_limit),
      lines_(kBufferBytes) {}

absl::Status SsSocketDump::Visit(const NetnsEntry& netns, RowVisitor visit) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEnterable(netns));
  return RunInNetns({netns.fd->get(), netns.id.inode}, [&]() -> absl::Status {
    // ss walks IPv4 whole and then IPv6, so what has to come first is asked for by itself.
    BERTHMASTER_RETURN_IF_ERROR(VisitBound(visit));
    std::vector<std::string> rest = {"-t", "state", "all", "exclude", "listening"};
    if (knows_bound_) rest.insert(rest.end(), {"exclude", "bound-inactive"});
    return Run(rest, std::nullopt, visit);
  });
}

absl::Status SsSocketDump::VisitUdp(const NetnsEntry& netns, RowVisitor visit) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEnterable(netns));
  return RunInNetns({netns.fd->get(), netns.id.inode}, [&] {
    return Run({"-u", "state", "all"}, std::nullopt, visit);
  });
}

absl::Status SsSocketDump::VisitBound(RowVisitor visit) {
  if (knows_bound_) {
    absl::Status status =
        Run({"-t", "state", "listening", "state", "bound-inactive"}, std::nullopt, visit);
    if (status.ok() || !absl::StrContains(status.message(), "wrong state name")) return status;
    knows_bound_ = false;
  }
  return Run({"-t", "state", "listening"}, TcpState::kListen, visit);
}

// -H: no column names. -O: a line for each socket. -n: no look-ups of names. -o: timers. -e: uid,
// inode, cookie, cgroup.
absl::Status SsSocketDump::Run(const std::vector<std::string>& selection,
                               std::optional<TcpState> known_state, RowVisitor visit) {
  ChildCommand command;
  command.arguments = {"ss", "-H", "-O", "-n", "-o", "-e"};
  command.arguments.insert(command.arguments.end(), selection.begin(), selection.end());
  command.time_limit = time_limit_;
  ++counters_.dumps;
  for (const std::string& program : programs_) {
    command.path = program;
    absl::Status status =
        RunChild(command, clock_, lines_, [&](absl::string_view line) -> absl::Status {
          SocketRow row;
          BERTHMASTER_RETURN_IF_ERROR(ParseSsLine(line, known_state, row));
          visit(row);
          return absl::OkStatus();
        });
    if (!absl::IsNotFound(status)) return status;
  }
  return absl::UnimplementedError(
      absl::StrCat("there is no ss at ", absl::StrJoin(programs_, ", "),
                   "; install the package iproute2 or use --source=netlink"));
}

}  // namespace berthmaster
