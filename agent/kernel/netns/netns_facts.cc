#include "agent/kernel/netns/netns_facts.h"

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "common/status/annotate.h"
#include "common/wire/bounds.h"

namespace berthmaster {
namespace {

constexpr char kSockstat[] = "/proc/thread-self/net/sockstat";
constexpr char kSockstat6[] = "/proc/thread-self/net/sockstat6";
constexpr char kSnmp[] = "/proc/thread-self/net/snmp";
constexpr char kSnmp6[] = "/proc/thread-self/net/snmp6";
constexpr char kNetstat[] = "/proc/thread-self/net/netstat";

// What a sample's figures hang on: a change shows at once. Each is a file to read for every busy
// namespace, so what only the cause of an incident hangs on can wait.
bool IsFast(const Tunable& tunable) {
  return tunable.sysctl == kPortRangeSysctl || tunable.sysctl == kReservedPortsSysctl ||
         tunable.sysctl == kTimeWaitReuseSysctl || tunable.sysctl == kTimeWaitReuseDelaySysctl ||
         tunable.sysctl == kTimeWaitBucketsSysctl || tunable.sysctl == kTimestampsSysctl;
}

// Reads those of the catalogue that are fast, or those that are not.
void ReadTunables(bool is_fast, std::vector<std::string>& limitations,
                  absl::FunctionRef<void(const Tunable&, std::string)> take) {
  for (const Tunable& tunable : Tunables()) {
    if (IsFast(tunable) != is_fast) continue;
    absl::StatusOr<std::string> value = ReadSysctlFile(tunable.sysctl);
    // An older kernel, or one of the host that does not show here.
    if (absl::IsNotFound(value.status())) continue;
    if (!value.ok()) {
      limitations.emplace_back(value.status().message());
    } else if (value->size() > kWireSysctlValueBytesMax) {
      limitations.push_back(
          absl::StrCat(tunable.sysctl, " has ", value->size(), " bytes and is left out"));
    } else {
      take(tunable, *std::move(value));
    }
  }
}

}  // namespace

absl::StatusOr<SockstatCounts> LinuxNetnsFactsReader::ReadCounts(const NetnsEntry& netns) {
  SockstatCounts counts;
  BERTHMASTER_RETURN_IF_ERROR(
      RunInNetns({netns.fd->get(), netns.id.inode}, [&] { return ReadSockstats(counts); }));
  return counts;
}

absl::StatusOr<NetnsFacts> LinuxNetnsFactsReader::ReadFacts(const NetnsEntry& netns) {
  NetnsFacts facts;
  BERTHMASTER_RETURN_IF_ERROR(RunInNetns({netns.fd->get(), netns.id.inode}, [&] {
    ReadFastTunables(facts);
    AddSlowTunables(netns.id.cookie, facts);
    ReadCounters(facts);
    return absl::OkStatus();
  }));
  return facts;
}

absl::Status LinuxNetnsFactsReader::ReadSockstats(SockstatCounts& counts) {
  BERTHMASTER_ASSIGN_OR_RETURN(absl::string_view text, file_reader_.Read(kSockstat));
  BERTHMASTER_RETURN_IF_ERROR(AddSockstat(text, counts));
  absl::StatusOr<absl::string_view> text6 = file_reader_.Read(kSockstat6);
  // A kernel without IPv6 has no such file.
  if (absl::IsNotFound(text6.status())) return absl::OkStatus();
  BERTHMASTER_RETURN_IF_ERROR(text6.status());
  return AddSockstat(*text6, counts);
}

void LinuxNetnsFactsReader::ReadFastTunables(NetnsFacts& facts) {
  ReadTunables(/*is_fast=*/true, facts.limitations,
               [&facts](const Tunable& tunable, std::string value) {
                 facts.sysctls.emplace(tunable.sysctl, std::move(value));
               });
}

void LinuxNetnsFactsReader::AddSlowTunables(uint64_t netns_cookie, NetnsFacts& facts) {
  const absl::Duration now = clock_.MonotonicNow();
  auto add = [&facts](const SlowTunables& tunables) {
    for (const auto& [tunable, value] : tunables.values) {
      facts.sysctls.emplace(tunable->sysctl, value);
    }
    facts.limitations.insert(facts.limitations.end(), tunables.limitations.begin(),
                             tunables.limitations.end());
  };
  auto kept = slow_tunables_.find(netns_cookie);
  if (kept != slow_tunables_.end() && now - kept->second.read_at < kSlowTunablesInterval) {
    add(kept->second);
    return;
  }
  SlowTunables tunables;
  tunables.read_at = now;
  ReadTunables(/*is_fast=*/false, tunables.limitations,
               [&tunables](const Tunable& tunable, std::string value) {
                 tunables.values.emplace_back(&tunable, std::move(value));
               });
  add(tunables);
  Keep(netns_cookie, std::move(tunables));
}

void LinuxNetnsFactsReader::Keep(uint64_t netns_cookie, SlowTunables tunables) {
  if (slow_tunables_.size() >= kSlowTunablesKeptMax && !slow_tunables_.contains(netns_cookie)) {
    // Those of namespaces that are gone or quiet.
    std::erase_if(slow_tunables_, [&tunables](const auto& entry) {
      return tunables.read_at - entry.second.read_at >= kSlowTunablesInterval;
    });
    if (slow_tunables_.size() >= kSlowTunablesKeptMax) return;
  }
  slow_tunables_.insert_or_assign(netns_cookie, std::move(tunables));
}

void LinuxNetnsFactsReader::ReadCounters(NetnsFacts& facts) {
  for (const char* path : {kSnmp, kNetstat, kSnmp6}) {
    absl::StatusOr<absl::string_view> text = file_reader_.Read(path);
    // A kernel without IPv6.
    if (path == kSnmp6 && absl::IsNotFound(text.status())) continue;
    absl::Status status = text.status();
    if (status.ok()) {
      status =
          path == kSnmp6 ? AddCounters6(*text, facts.counters) : AddCounters(*text, facts.counters);
    }
    if (!status.ok()) facts.limitations.push_back(absl::StrCat(path, ": ", status.message()));
  }
  auto overflow = facts.counters.find("TcpExt.TCPTimeWaitOverflow");
  if (overflow != facts.counters.end()) facts.time_wait_overflow_count = overflow->second;
}

}  // namespace berthmaster
