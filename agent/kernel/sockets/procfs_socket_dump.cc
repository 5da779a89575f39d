#include "agent/kernel/sockets/procfs_socket_dump.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kOwnProcNet[] = "/proc/thread-self/net";

absl::Status Moved(const std::string& path) {
  return absl::NotFoundError(
      absl::StrCat("the process of ", path, " is gone or has left the namespace"));
}

}  // namespace

absl::Status ProcNetFile::Open(std::string path, const ProcNetTable& table) {
  path_ = std::move(path);
  table_ = table;
  lines_.Clear();
  has_header_ = false;
  fd_ = UniqueFd(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  return fd_.valid() ? absl::OkStatus() : ErrnoStatus(errno, absl::StrCat("open ", path_));
}

absl::StatusOr<bool> ProcNetFile::Next(SocketRow& row) {
  if (!fd_.valid()) return false;
  absl::string_view line;
  if (!has_header_) {
    BERTHMASTER_ASSIGN_OR_RETURN(const bool has_line, NextLine(line));
    if (!has_line || !IsProcNetHeader(line)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path_, " begins with ", QuoteLine(line), ", not with column names"));
    }
    has_header_ = true;
  }
  BERTHMASTER_ASSIGN_OR_RETURN(const bool has_line, NextLine(line));
  if (!has_line) return false;
  BERTHMASTER_RETURN_IF_ERROR(ParseProcNetLine(line, table_, row));
  return true;
}

absl::StatusOr<bool> ProcNetFile::NextLine(absl::string_view& line) {
  while (!lines_.Next(line)) {
    const std::span<char> space = lines_.Space();
    if (space.empty()) {
      return absl::DataLossError(
          absl::StrCat(path_, " has a line longer than ", kProcNetBufferBytes, " bytes"));
    }
    const ssize_t got = read(fd_.get(), space.data(), space.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, absl::StrCat("read ", path_));
    if (got == 0 && lines_.rest().empty()) return false;
    if (got == 0) return absl::DataLossError(absl::StrCat(path_, " ends inside a line"));
    lines_.Commit(static_cast<size_t>(got));
  }
  return true;
}

absl::Status ProcfsSocketDump::Visit(const NetnsEntry& netns, RowVisitor visit) {
  return VisitTables(netns, IpProtocol::kTcp, visit);
}

absl::Status ProcfsSocketDump::VisitUdp(const NetnsEntry& netns, RowVisitor visit) {
  return VisitTables(netns, IpProtocol::kUdp, visit);
}

absl::Status ProcfsSocketDump::VisitTables(const NetnsEntry& netns, IpProtocol protocol,
                                           RowVisitor visit) {
  if (!netns.proc_net_path.empty()) {
    return VisitFiles(netns.proc_net_path, netns.proc_net_inode, protocol, visit);
  }
  if (netns.fd == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        "network namespace ", netns.label, " has neither a process to read at nor a descriptor"));
  }
  return RunInNetns({netns.fd->get(), netns.id.inode},
                    [&] { return VisitFiles(kOwnProcNet, 0, protocol, visit); });
}

absl::Status ProcfsSocketDump::VisitFiles(const std::string& path, uint64_t inode,
                                          IpProtocol protocol, RowVisitor visit) {
  absl::Status status = OpenFiles(path, inode, protocol);
  // The first socket of each file that does not listen: listeners of both families come first, and
  // each file begins with its own.
  SocketRow waiting[2];
  bool is_waiting[2] = {false, false};
  ProcNetFile* const files[2] = {&v4_, &v6_};
  for (size_t index = 0; index < 2 && status.ok(); ++index) {
    while (true) {
      absl::StatusOr<bool> has_row = files[index]->Next(waiting[index]);
      status = has_row.status();
      if (!has_row.ok() || !*has_row) break;
      is_waiting[index] = waiting[index].state != TcpState::kListen;
      if (is_waiting[index]) break;
      visit(waiting[index]);
    }
  }
  for (size_t index = 0; index < 2 && status.ok(); ++index) {
    SocketRow& row = waiting[index];
    bool has_row = is_waiting[index];
    while (has_row) {
      visit(row);
      absl::StatusOr<bool> next = files[index]->Next(row);
      status = next.status();
      has_row = next.ok() && *next;
    }
  }
  // An open file holds the namespace.
  v4_.Close();
  v6_.Close();
  return status;
}

absl::Status ProcfsSocketDump::OpenFiles(const std::string& path, uint64_t inode,
                                         IpProtocol protocol) {
  const std::string name = protocol == IpProtocol::kTcp ? "tcp" : "udp";
  const auto ticks_per_second = static_cast<uint32_t>(sysconf(_SC_CLK_TCK));
  const auto check_path = [&]() -> absl::Status {
    struct stat info;
    if (inode == 0) return absl::OkStatus();
    const bool is_same =
        stat(absl::StrCat(path, "/tcp").c_str(), &info) == 0 && info.st_ino == inode;
    return is_same ? absl::OkStatus() : Moved(path);
  };
  // What is opened in between is the namespace's if the process is in it before and after.
  BERTHMASTER_RETURN_IF_ERROR(check_path());
  BERTHMASTER_RETURN_IF_ERROR(
      v4_.Open(absl::StrCat(path, "/", name), {protocol, true, ticks_per_second}));
  absl::Status status =
      v6_.Open(absl::StrCat(path, "/", name, "6"), {protocol, false, ticks_per_second});
  // A kernel without IPv6 has no such file.
  if (!status.ok() && !absl::IsNotFound(status)) return status;
  counters_.dumps += status.ok() ? 2 : 1;
  return check_path();
}

}  // namespace berthmaster
