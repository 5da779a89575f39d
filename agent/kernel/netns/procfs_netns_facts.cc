#include "agent/kernel/netns/procfs_netns_facts.h"

#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

bool IsThere(const NetnsEntry& netns) {
  struct stat info;
  return stat(absl::StrCat(netns.proc_net_path, "/tcp").c_str(), &info) == 0 &&
         info.st_ino == netns.proc_net_inode;
}

absl::Status Gone(const NetnsEntry& netns) {
  return absl::NotFoundError(
      absl::StrCat("the process of ", netns.proc_net_path, " is gone or has left the namespace"));
}

}  // namespace

// UNIMPLEMENTED where the kernel has no such file: one without IPv6.
absl::StatusOr<absl::string_view> ProcfsNetnsFactsReader::Read(const NetnsEntry& netns,
                                                               absl::string_view name) {
  if (!IsThere(netns)) return Gone(netns);
  absl::StatusOr<absl::string_view> text =
      file_reader_.Read(absl::StrCat(netns.proc_net_path, "/", name).c_str());
  if (!IsThere(netns)) return Gone(netns);
  if (absl::IsNotFound(text.status())) return absl::UnimplementedError(text.status().message());
  return text;
}

absl::StatusOr<SockstatCounts> ProcfsNetnsFactsReader::ReadCounts(const NetnsEntry& netns) {
  if (netns.fd != nullptr) return entering_.ReadCounts(netns);
  SockstatCounts counts;
  BERTHMASTER_ASSIGN_OR_RETURN(absl::string_view text, Read(netns, "sockstat"));
  BERTHMASTER_RETURN_IF_ERROR(AddSockstat(text, counts));
  absl::StatusOr<absl::string_view> text6 = Read(netns, "sockstat6");
  if (absl::IsUnimplemented(text6.status())) return counts;
  BERTHMASTER_RETURN_IF_ERROR(text6.status());
  BERTHMASTER_RETURN_IF_ERROR(AddSockstat(*text6, counts));
  return counts;
}

absl::StatusOr<NetnsFacts> ProcfsNetnsFactsReader::ReadFacts(const NetnsEntry& netns) {
  if (netns.fd != nullptr) return entering_.ReadFacts(netns);
  NetnsFacts facts;
  facts.limitations.emplace_back(
      "the tunables of this network namespace cannot be read without entering it, so its port "
      "range "
      "and its pools are not known; run the agent as root with --profile=observe");
  for (const char* name : {"snmp", "netstat", "snmp6"}) {
    const bool is_v6 = name == absl::string_view("snmp6");
    absl::StatusOr<absl::string_view> text = Read(netns, name);
    if (is_v6 && absl::IsUnimplemented(text.status())) continue;
    if (absl::IsNotFound(text.status())) return text.status();
    absl::Status status = text.status();
    if (status.ok()) {
      status = is_v6 ? AddCounters6(*text, facts.counters) : AddCounters(*text, facts.counters);
    }
    if (!status.ok()) facts.limitations.push_back(absl::StrCat(name, ": ", status.message()));
  }
  auto overflow = facts.counters.find("TcpExt.TCPTimeWaitOverflow");
  if (overflow != facts.counters.end()) facts.time_wait_overflow_count = overflow->second;
  return facts;
}

}  // namespace berthmaster
