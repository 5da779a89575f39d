#include "agent/kernel/netns_facts.h"

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns_thread.h"
#include "agent/kernel/sysctl_file.h"
#include "common/file/file.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"
#include "common/wire/bounds.h"

namespace berthmaster {
namespace {

// /proc/net/netstat has some 5 KiB; the others a few hundred bytes.
constexpr size_t kProcNetBytesMax = 64 * 1024;
constexpr char kProcNet[] = "/proc/thread-self/net/";

void ReadSysctls(NetnsFacts& facts) {
  for (const Tunable& tunable : Tunables()) {
    absl::StatusOr<std::string> value = ReadSysctlFile(tunable.sysctl);
    if (absl::IsNotFound(value.status())) continue;  // an older kernel
    if (!value.ok()) {
      facts.limitations.emplace_back(value.status().message());
    } else if (value->size() > kWireSysctlValueBytesMax) {
      facts.limitations.push_back(
          absl::StrCat(tunable.sysctl, " has ", value->size(), " bytes and is left out"));
    } else {
      facts.sysctls.emplace(tunable.sysctl, *std::move(value));
    }
  }
}

absl::Status ReadSockstat(const char* name, SockstatCounts& counts) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::string text,
                               ReadFile(absl::StrCat(kProcNet, name), kProcNetBytesMax));
  return AddSockstat(text, counts);
}

absl::Status ReadSockstats(SockstatCounts& counts) {
  BERTHMASTER_RETURN_IF_ERROR(ReadSockstat("sockstat", counts));
  absl::Status status = ReadSockstat("sockstat6", counts);
  // A kernel without IPv6 has no such file.
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

absl::StatusOr<int64_t> ReadOverflowCount() {
  BERTHMASTER_ASSIGN_OR_RETURN(std::string text,
                               ReadFile(absl::StrCat(kProcNet, "netstat"), kProcNetBytesMax));
  return ParseTcpExt(text, "TCPTimeWaitOverflow");
}

void ReadOverflow(NetnsFacts& facts) {
  absl::StatusOr<int64_t> count = ReadOverflowCount();
  if (count.ok()) {
    facts.time_wait_overflow_count = *count;
  } else {
    facts.limitations.emplace_back(count.status().message());
  }
}

}  // namespace

absl::StatusOr<SockstatCounts> LinuxNetnsFactsReader::ReadCounts(const NetnsEntry& netns) {
  SockstatCounts counts;
  BERTHMASTER_RETURN_IF_ERROR(
      RunInNetns({netns.fd->get(), netns.id.inode}, [&counts] { return ReadSockstats(counts); }));
  return counts;
}

absl::StatusOr<NetnsFacts> LinuxNetnsFactsReader::ReadFacts(const NetnsEntry& netns) {
  NetnsFacts facts;
  BERTHMASTER_RETURN_IF_ERROR(RunInNetns({netns.fd->get(), netns.id.inode}, [&facts] {
    ReadSysctls(facts);
    ReadOverflow(facts);
    return absl::OkStatus();
  }));
  return facts;
}

}  // namespace berthmaster
