#include "agent/kernel/sockets/socket_source.h"

#include "agent/kernel/sockets/linux_socket_dump.h"
#include "agent/kernel/sockets/procfs_socket_dump.h"
#include "agent/kernel/sockets/ss_socket_dump.h"

namespace berthmaster {
namespace {

struct SourceName {
  SocketSource source;
  absl::string_view name;
};
constexpr SourceName kNames[] = {{SocketSource::kNetlink, "netlink"},
                                 {SocketSource::kSs, "ss"},
                                 {SocketSource::kProcfs, "procfs"}};

}  // namespace

absl::string_view SocketSourceName(SocketSource source) {
  for (const SourceName& known : kNames) {
    if (known.source == source) return known.name;
  }
  return "unknown";
}

std::optional<SocketSource> ParseSocketSource(absl::string_view name) {
  for (const SourceName& known : kNames) {
    if (known.name == name) return known.source;
  }
  return std::nullopt;
}

SocketSourceFeatures FeaturesOf(SocketSource source) {
  SocketSourceFeatures features;
  switch (source) {
    case SocketSource::kNetlink:
      features.has_cookies = true;
      features.has_bound_sockets = true;
      features.has_backlogs = true;
      break;
    case SocketSource::kSs:
      features.has_cookies = true;
      features.has_backlogs = true;
      features.limitations = {
          "ss before iproute2 6.8 does not show sockets that are bound and not connected, so their "
          "ports are missing from the blocked ones and from bind pools; use --source=netlink"};
      break;
    case SocketSource::kProcfs:
      features.limitations = {
          "/proc/net/tcp does not show sockets that are bound and not connected, so their ports "
          "are "
          "missing from the blocked ones and from bind pools; use --source=netlink",
          "/proc/net/tcp has no socket cookies and no backlogs, so owners of TIME_WAIT and "
          "listener "
          "pools are missing; use --source=netlink"};
      break;
  }
  return features;
}

std::unique_ptr<SocketDump> MakeSocketDump(SocketSource source, const Clock& clock) {
  switch (source) {
    case SocketSource::kSs:
      return std::make_unique<SsSocketDump>(clock);
    case SocketSource::kProcfs:
      return std::make_unique<ProcfsSocketDump>();
    case SocketSource::kNetlink:
      break;
  }
  return std::make_unique<LinuxSocketDump>();
}

SocketSource ProbeSocketSource() {
  return LinuxSocketDump().TryCurrent().ok() ? SocketSource::kNetlink : SocketSource::kProcfs;
}

}  // namespace berthmaster
