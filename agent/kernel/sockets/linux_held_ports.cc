#include "agent/kernel/sockets/linux_held_ports.h"

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<HeldPorts> LinuxHeldPorts::Read(const NetnsId& netns) {
  // A dump that the kernel did not finish is worth another try; a table that never stands still is
  // not worth waiting for.
  constexpr int kAttemptsMax = 5;
  HeldPorts ports;
  absl::Status status;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ports = HeldPorts();
    status = door_.RunInside(netns, [&]() -> absl::Status {
      absl::Status visited =
          dump_.VisitHeldCurrent([&](const SocketRow& row) { ports.tcp.Add(row.local_port); },
                                 [&](const SocketRow& row) {
                                   if (row.state == TcpState::kBoundInactive)
                                     ports.udp.Add(row.local_port);
                                 });
      // NOT_FOUND is for the namespace.
      if (!absl::IsNotFound(visited)) return visited;
      return absl::UnimplementedError(absl::StrCat(
          "sock_diag does not answer; load tcp_diag and udp_diag: ", visited.message()));
    });
    if (!absl::IsUnavailable(status)) break;
  }
  if (absl::IsFailedPrecondition(status)) status = absl::NotFoundError(status.message());
  if (!status.ok()) {
    return Annotate(status, absl::StrCat("look for listeners in network namespace ", netns.inode));
  }
  return ports;
}

}  // namespace berthmaster
