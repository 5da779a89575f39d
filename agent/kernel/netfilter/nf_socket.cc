#include "agent/kernel/netfilter/nf_socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// af_netlink caps a dump's messages at 32 KiB, so a larger buffer gives nothing.
constexpr size_t kBufferBytes = 32 * 1024;
// The kernel fills a buffer while recvmsg() runs, so it answers in milliseconds; this only bounds a
// kernel that does not answer.
constexpr timeval kReceiveTimeout = {.tv_sec = 10, .tv_usec = 0};
constexpr char kWhat[] = "netfilter netlink";

}  // namespace

NfSocket::NfSocket() : buffer_(kBufferBytes) {}

absl::Status NfSocket::Open() {
  fd_ = UniqueFd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (!fd_.valid()) return NfErrorStatus(errno, kWhat);
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveTimeout, sizeof(kReceiveTimeout)) !=
      0) {
    return ErrnoStatus(errno, "set the time limit of netfilter netlink");
  }
  return absl::OkStatus();
}

absl::Status NfSocket::Ask(NfRequest request, absl::FunctionRef<void(const NfMessage&)> visit) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const std::span<const uint8_t> bytes = request.bytes();
  while (sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&kernel),
                sizeof(kernel)) < 0) {
    if (errno != EINTR) return NfErrorStatus(errno, kWhat);
  }
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(const size_t got, Receive());
    BERTHMASTER_ASSIGN_OR_RETURN(
        NfProgress progress,
        DecodeNfMessages(std::span<const uint8_t>(buffer_).first(got), request.sequence(), visit));
    if (progress == NfProgress::kDone) return absl::OkStatus();
  }
}

absl::StatusOr<size_t> NfSocket::Receive() {
  while (true) {
    sockaddr_nl sender{};
    iovec part = {buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof(sender);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t got = recvmsg(fd_.get(), &message, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return NfErrorStatus(errno, kWhat);
    if ((message.msg_flags & MSG_TRUNC) != 0) {
      return absl::DataLossError(
          absl::StrCat("a message of netfilter is longer than the buffer of ", kBufferBytes));
    }
    // Only the kernel has the port id 0; a message of a process is none of ours.
    if (sender.nl_pid != 0) continue;
    if (got == 0) return absl::DataLossError("netfilter's answer ended without its end");
    return static_cast<size_t>(got);
  }
}

}  // namespace berthmaster
