#include "agent/kernel/sockets/linux_socket_dump.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <span>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/sockets/without_net_admin.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// No kernel makes a message of that length; it only ends the growing.
constexpr size_t kBufferBytesMax = 1024 * 1024;
// The kernel fills a buffer while recvmsg() runs, so it answers in milliseconds; this only bounds a
// kernel that does not answer.
constexpr timeval kReceiveTimeout = {.tv_sec = 10, .tv_usec = 0};

absl::StatusOr<UniqueFd> OpenSockDiag() {
  const WithoutNetAdmin cheaper;
  UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd.valid()) return ErrnoStatus(errno, "open netlink sock_diag");
  if (setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveTimeout, sizeof(kReceiveTimeout)) !=
      0) {
    return ErrnoStatus(errno, "set the time limit of netlink sock_diag");
  }
  return fd;
}

absl::Status Send(int fd, const SockDiagRequest& request) {
  // Without an address, which means the kernel too: with one, the capability of the sending thread
  // counts, and not that of whoever opened the socket (NETLINK_SKB_DST).
  while (send(fd, request.bytes.data(), request.size, 0) < 0) {
    if (errno != EINTR) return ErrnoStatus(errno, "send the sock_diag request");
  }
  return absl::OkStatus();
}

absl::Status CheckEnterable(const NetnsEntry& netns) {
  if (netns.fd != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "network namespace ", netns.label,
      " cannot be entered, which a dump by sock_diag needs; run the agent as root with "
      "CAP_SYS_ADMIN and CAP_SYS_PTRACE, or with --source=procfs"));
}

}  // namespace

LinuxSocketDump::LinuxSocketDump(size_t buffer_bytes) : buffer_(buffer_bytes) {}

absl::Status LinuxSocketDump::Visit(const NetnsEntry& netns,
                                    absl::FunctionRef<void(const SocketRow&)> visit) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEnterable(netns));
  return RunInNetns({netns.fd->get(), netns.id.inode}, [&] { return VisitCurrent(visit); });
}

absl::Status LinuxSocketDump::VisitCurrent(absl::FunctionRef<void(const SocketRow&)> visit) {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenSockDiag());
  if (has_both_families_) {
    absl::Status status = DumpTcp(fd.get(), SockDiagForm::kBothFamilies, kAllStatesMask, visit);
    // A kernel that does not know the form says so before any socket.
    if (status.ok() || has_rows_ || absl::IsUnavailable(status)) return status;
    has_both_families_ = false;
    BERTHMASTER_ASSIGN_OR_RETURN(fd, OpenSockDiag());
  }
  // Bound sockets of both families first: whether a socket of one family is outbound hangs on
  // listeners of the other too.
  const uint32_t other_states_mask = kAllStatesMask & ~kBoundStatesMask;
  BERTHMASTER_RETURN_IF_ERROR(DumpTcp(fd.get(), SockDiagForm::kIpv4, kBoundStatesMask, visit));
  // A kernel without IPv6 answers ENOENT, which is no error: it has no such sockets.
  absl::Status bound_v6 = DumpTcp(fd.get(), SockDiagForm::kIpv6, kBoundStatesMask, visit);
  if (!bound_v6.ok() && !absl::IsNotFound(bound_v6)) return bound_v6;
  BERTHMASTER_RETURN_IF_ERROR(DumpTcp(fd.get(), SockDiagForm::kIpv4, other_states_mask, visit));
  if (!bound_v6.ok()) return absl::OkStatus();
  return DumpTcp(fd.get(), SockDiagForm::kIpv6, other_states_mask, visit);
}

absl::Status LinuxSocketDump::TryCurrent() {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenSockDiag());
  return DumpTcp(fd.get(), SockDiagForm::kIpv4, kListenStateMask, [](const SocketRow&) {});
}

absl::Status LinuxSocketDump::VisitUdp(const NetnsEntry& netns,
                                       absl::FunctionRef<void(const SocketRow&)> visit) {
  BERTHMASTER_RETURN_IF_ERROR(CheckEnterable(netns));
  return RunInNetns({netns.fd->get(), netns.id.inode}, [&]() -> absl::Status {
    BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenSockDiag());
    return DumpUdp(fd.get(), visit);
  });
}

absl::Status LinuxSocketDump::VisitHeldCurrent(
    absl::FunctionRef<void(const SocketRow&)> visit_tcp,
    absl::FunctionRef<void(const SocketRow&)> visit_udp) {
  BERTHMASTER_ASSIGN_OR_RETURN(UniqueFd fd, OpenSockDiag());
  BERTHMASTER_RETURN_IF_ERROR(DumpTcp(fd.get(), SockDiagForm::kIpv4, kBoundStatesMask, visit_tcp));
  // A kernel without IPv6 answers ENOENT.
  absl::Status bound_v6 = DumpTcp(fd.get(), SockDiagForm::kIpv6, kBoundStatesMask, visit_tcp);
  if (!bound_v6.ok() && !absl::IsNotFound(bound_v6)) return bound_v6;
  return DumpUdp(fd.get(), visit_udp);
}

absl::Status LinuxSocketDump::DumpUdp(int fd, SocketRowVisitor visit) {
  for (SockDiagForm form : {SockDiagForm::kIpv4, SockDiagForm::kIpv6}) {
    absl::Status status =
        Dump(fd, EncodeSockDiagRequest(form, kAllStatesMask, ++sequence_, IpProtocol::kUdp), visit);
    // A kernel without IPv6.
    if (form == SockDiagForm::kIpv6 && absl::IsNotFound(status)) return absl::OkStatus();
    BERTHMASTER_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

absl::Status LinuxSocketDump::DumpTcp(int fd, SockDiagForm form, uint32_t states_mask,
                                      SocketRowVisitor visit) {
  return Dump(fd, EncodeSockDiagRequest(form, states_mask, ++sequence_), visit);
}

absl::Status LinuxSocketDump::Dump(int fd, const SockDiagRequest& request, SocketRowVisitor visit) {
  ++counters_.dumps;
  has_rows_ = false;
  BERTHMASTER_RETURN_IF_ERROR(Send(fd, request));
  return Receive(fd, visit);
}

absl::Status LinuxSocketDump::Receive(int fd, SocketRowVisitor visit) {
  while (true) {
    sockaddr_nl sender{};
    iovec part = {buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof(sender);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t got = recvmsg(fd, &message, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CountError(errno);
    if ((message.msg_flags & MSG_TRUNC) != 0) return CountTruncated();
    // Only the kernel has the port id 0; a message of a process is none of ours.
    if (sender.nl_pid != 0) continue;
    const std::span<const uint8_t> received(buffer_.data(), static_cast<size_t>(got));
    has_rows_ |= BeginsWithSocket(received);
    BERTHMASTER_ASSIGN_OR_RETURN(SockDiagProgress progress,
                                 DecodeSockDiag(received, sequence_, visit));
    if (progress == SockDiagProgress::kDone) return absl::OkStatus();
    if (progress == SockDiagProgress::kInterrupted || got == 0) {
      ++counters_.interrupted;
      return absl::UnavailableError(
          "the sockets changed under the sock_diag dump; it is not whole");
    }
  }
}

absl::Status LinuxSocketDump::CountError(int error_number) {
  if (error_number == ENOBUFS) {
    ++counters_.dropped;
    return absl::UnavailableError("the kernel dropped part of the sock_diag dump (ENOBUFS)");
  }
  if (error_number == EAGAIN) {
    ++counters_.interrupted;
    return absl::UnavailableError("the kernel did not answer the sock_diag request in time");
  }
  return ErrnoStatus(error_number, "receive the sock_diag dump");
}

absl::Status LinuxSocketDump::CountTruncated() {
  ++counters_.truncated;
  const std::string what =
      absl::StrCat("a sock_diag message is longer than the buffer of ", buffer_.size(), " bytes");
  if (buffer_.size() >= kBufferBytesMax) return absl::DataLossError(what);
  buffer_.resize(std::min(2 * buffer_.size(), kBufferBytesMax));
  return absl::UnavailableError(what);
}

}  // namespace berthmaster
