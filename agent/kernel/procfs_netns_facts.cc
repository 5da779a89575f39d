#include "agent/kernel/procfs_netns_facts.h"

#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// /proc/net/netstat has some 5 KiB; the others a few hundred bytes.
constexpr size_t kProcNetBytesMax = 64 * 1024;

bool IsThere(const NetnsEntry& netns) {
  struct stat info;
  return stat(absl::StrCat(netns.proc_net_path, "/tcp").c_str(), &info) == 0 &&
         info.st_ino == netns.proc_net_inode;
}

// A file of the namespace; NOT_FOUND when the process is not in it before and after the reading.
absl::StatusOr<std::string> ReadProcNet(const NetnsEntry& netns, absl::string_view name) {
  const bool was_there = IsThere(netns);
  absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(netns.proc_net_path, "/", name), kProcNetBytesMax);
  if (was_there && IsThere(netns)) return text;
  return absl::NotFoundError(
      absl::StrCat("the process of ", netns.proc_net_path, " is gone or has left the namespace"));
}

}  // namespace

absl::StatusOr<SockstatCounts> ProcfsNetnsFactsReader::ReadCounts(const NetnsEntry& netns) {
  if (netns.fd != nullptr) return entering_.ReadCounts(netns);
  SockstatCounts counts;
  for (const char* name : {"sockstat", "sockstat6"}) {
    absl::StatusOr<std::string> text = ReadProcNet(netns, name);
    // A kernel without IPv6 has no sockstat6.
    if (absl::IsNotFound(text.status()) && IsThere(netns) && name != std::string("sockstat")) break;
    if (!text.ok()) return text.status();
    BERTHMASTER_RETURN_IF_ERROR(AddSockstat(*text, counts));
  }
  return counts;
}

absl::StatusOr<NetnsFacts> ProcfsNetnsFactsReader::ReadFacts(const NetnsEntry& netns) {
  if (netns.fd != nullptr) return entering_.ReadFacts(netns);
  NetnsFacts facts;
  facts.limitations.emplace_back(
      "the tunables of this network namespace cannot be read without entering it, so the capacity "
      "of its pools is not known; run the agent as root with --profile=observe");
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string netstat, ReadProcNet(netns, "netstat"));
  const absl::Status status = AddCounters(netstat, facts.counters);
  if (!status.ok()) facts.limitations.emplace_back(status.message());
  auto overflow = facts.counters.find("TcpExt.TCPTimeWaitOverflow");
  if (overflow != facts.counters.end()) facts.time_wait_overflow_count = overflow->second;
  return facts;
}

}  // namespace berthmaster
