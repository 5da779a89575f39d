#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_SOURCE_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_SOURCE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "common/clock/clock.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// "netlink", "ss", "procfs".
absl::string_view SocketSourceName(SocketSource source);
// Nothing for a name that is no source's; "auto" is none.
std::optional<SocketSource> ParseSocketSource(absl::string_view name);

// What the rows of a source have. What they have not is 0 or empty in a row and means "not known":
// it is to be absent from a sample, and `limitations` says so.
struct SocketSourceFeatures {
  // SocketRow::cookie.
  bool has_cookies = false;
  // Sockets that are bound and neither listen nor are connected (TCP only): their ports are closed
  // to connect(), and count in bind pools.
  bool has_bound_sockets = false;
  // A listener's backlog, in SocketRow::send_queue.
  bool has_backlogs = false;
  // For a person, with the remedy.
  std::vector<std::string> limitations;
};
SocketSourceFeatures FeaturesOf(SocketSource source);

// The dump that reads from `source`. `clock` must outlive it.
std::unique_ptr<SocketDump> MakeSocketDump(SocketSource source, const Clock& clock);

// The source that `--source=auto` means on this host: netlink where sock_diag answers in the
// calling thread's namespace, else procfs. Tries with a dump of listeners; never fails.
SocketSource ProbeSocketSource();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_SOCKET_SOURCE_H_
