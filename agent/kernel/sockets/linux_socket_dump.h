#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_SOCKET_DUMP_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_SOCKET_DUMP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "agent/kernel/sockets/sock_diag_codec.h"
#include "agent/kernel/sockets/socket_dump.h"

namespace berthmaster {

// af_netlink makes a dump's messages at most 32 KiB long, so a larger buffer gives nothing: a dump
// of a million TIME_WAIT took 384 ms with 8 KiB, 373 ms with 32 KiB and 377 ms with 1 MiB.
inline constexpr size_t kSockDiagBufferBytes = 32 * 1024;

// Dumps by netlink sock_diag, parsed in place: no allocation per socket. To be called on a thread
// of one's own, see RunInNetns(). UNAVAILABLE is what the kernel did not finish: interrupted, short
// of memory, late, or a message longer than the buffer, which has grown by the next call.
class LinuxSocketDump final : public SocketDump {
 public:
  // `buffer_bytes` is for tests.
  explicit LinuxSocketDump(size_t buffer_bytes = kSockDiagBufferBytes);

  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override;

  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override;

  // Visit() for the namespace that the calling thread is in.
  absl::Status VisitCurrent(absl::FunctionRef<void(const SocketRow&)> visit);

  // For the namespace that the calling thread is in: `visit_tcp` for its listening and bound TCP
  // sockets, `visit_udp` for every UDP socket. Walks no connection of TCP.
  absl::Status VisitHeldCurrent(absl::FunctionRef<void(const SocketRow&)> visit_tcp,
                                absl::FunctionRef<void(const SocketRow&)> visit_udp);

  // Whether sock_diag answers in the namespace that the calling thread is in: a dump of its
  // listeners only, some 30 us.
  absl::Status TryCurrent();

  SocketSource source() const override { return SocketSource::kNetlink; }
  SocketDumpCounters counters() const override { return counters_; }

 private:
  absl::Status Dump(int fd, const SockDiagRequest& request, SocketRowVisitor visit);
  absl::Status DumpTcp(int fd, SockDiagForm form, uint32_t states_mask, SocketRowVisitor visit);
  absl::Status DumpUdp(int fd, SocketRowVisitor visit);
  absl::Status Receive(int fd, SocketRowVisitor visit);
  absl::Status CountError(int error_number);
  absl::Status CountTruncated();

  std::vector<uint8_t> buffer_;
  uint32_t sequence_ = 0;
  SocketDumpCounters counters_;
  // Whether this kernel answers the form that has both families; unlearned from its first error.
  bool has_both_families_ = true;
  // Whether the dump under way has brought a socket.
  bool has_rows_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_LINUX_SOCKET_DUMP_H_
