#include "agent/kernel/netfilter/linux_conntrack_reader.h"

#include <sys/socket.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/kernel/count_text.h"
#include "agent/kernel/netfilter/conntrack_stat.h"
#include "agent/kernel/netfilter/nft_nat_rules.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

constexpr char kStat[] = "/proc/thread-self/net/stat/nf_conntrack";
constexpr const char* kLegacyTables[] = {"/proc/thread-self/net/ip_tables_names",
                                         "/proc/thread-self/net/ip6_tables_names"};

int32_t Clamp(int64_t number) {
  return static_cast<int32_t>(std::clamp<int64_t>(number, 0, std::numeric_limits<int32_t>::max()));
}

// netfilter answers EINVAL when a subsystem is neither there nor to be loaded (nfnetlink_rcv_msg).
absl::Status SubsystemStatus(const absl::Status& status, absl::string_view what) {
  if (!absl::IsInvalidArgument(status)) return status;
  return absl::NotFoundError(
      absl::StrCat("this kernel does not tell of its ", what, ": ", status.message()));
}

}  // namespace

absl::StatusOr<ConntrackTable> LinuxConntrackReader::ReadTable(const NetnsEntry& netns) {
  absl::StatusOr<ConntrackTable> table;
  BERTHMASTER_RETURN_IF_ERROR(RunInNetns({netns.fd->get(), netns.id.inode}, [&] {
    table = ReadTableHere();
    return table.status();
  }));
  return table;
}

absl::Status LinuxConntrackReader::VisitSnat(const NetnsEntry& netns,
                                             absl::FunctionRef<void(const SnatRow&)> visit) {
  return RunInNetns({netns.fd->get(), netns.id.inode}, [&] { return VisitSnatHere(visit); });
}

absl::StatusOr<SnatRules> LinuxConntrackReader::ReadSnatRules(const NetnsEntry& netns) {
  absl::StatusOr<SnatRules> rules;
  BERTHMASTER_RETURN_IF_ERROR(RunInNetns({netns.fd->get(), netns.id.inode}, [&] {
    rules = ReadSnatRulesHere(netns.id.cookie);
    return rules.status();
  }));
  return rules;
}

absl::StatusOr<int64_t> LinuxConntrackReader::ReadNumber(absl::string_view sysctl) {
  absl::StatusOr<std::string> text = ReadSysctlFile(sysctl);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError("this kernel has no conntrack, or it is not loaded");
  }
  BERTHMASTER_RETURN_IF_ERROR(text.status());
  int64_t number = 0;
  if (absl::SimpleAtoi(*text, &number)) return number;
  return absl::InvalidArgumentError(absl::StrCat(sysctl, " has '", text->substr(0, 32), "'"));
}

absl::StatusOr<ConntrackTable> LinuxConntrackReader::ReadTableHere() {
  ConntrackTable table;
  BERTHMASTER_ASSIGN_OR_RETURN(const int64_t count, ReadNumber(kConntrackCountSysctl));
  BERTHMASTER_ASSIGN_OR_RETURN(const int64_t count_max, ReadNumber(kConntrackMaxSysctl));
  table.entry_count = Clamp(count);
  table.entry_count_max = Clamp(count_max);
  // Built without NF_CONNTRACK_PROCFS there is no such file, and the counters stay absent.
  absl::StatusOr<absl::string_view> text = file_reader_.Read(kStat);
  if (text.ok()) {
    BERTHMASTER_RETURN_IF_ERROR(ParseConntrackStat(*text, table.counters));
  } else if (!absl::IsNotFound(text.status())) {
    return text.status();
  }
  const bool has_counted = std::any_of(table.counters.begin(), table.counters.end(),
                                       [](const auto& counter) { return counter.second != 0; });
  if (table.entry_count == 0 && !has_counted) {
    return absl::NotFoundError("conntrack is not in use in this namespace");
  }
  return table;
}

absl::Status LinuxConntrackReader::VisitSnatHere(absl::FunctionRef<void(const SnatRow&)> visit) {
  // The table is one for the host, so that a dump walks all of it whatever it finds.
  BERTHMASTER_ASSIGN_OR_RETURN(const int64_t count, ReadNumber(kConntrackCountSysctl));
  if (count == 0) return absl::OkStatus();
  BERTHMASTER_RETURN_IF_ERROR(socket_.Open());
  pools_.clear();
  addresses_.clear();
  absl::Status status = Dump(
      EncodeCtDump(AF_UNSPEC, /*is_translated=*/true, socket_.NextSequence()),
      [&](const CtEntry& entry) {
        // A kernel that does not filter.
        if (!entry.is_translated) return;
        visit(entry.row);
        if (pools_.size() >= kSnatKeysMax) return;
        const SnatRow& row = entry.row;
        if (!pools_
                 .insert({row.snat_address, row.destination, row.destination_port, entry.zone,
                          row.protocol})
                 .second) {
          return;
        }
        if (addresses_.size() > kSnatAddressesAskedMax) return;
        if (std::find(addresses_.begin(), addresses_.end(), row.snat_address) == addresses_.end()) {
          addresses_.push_back(row.snat_address);
        }
      });
  if (status.ok() && !pools_.empty()) status = VisitNotTranslated(visit);
  socket_.Close();
  return SubsystemStatus(status, "conntrack entries");
}

absl::Status LinuxConntrackReader::VisitNotTranslated(
    absl::FunctionRef<void(const SnatRow&)> visit) {
  auto visit_of_pool = [&](const CtEntry& entry) {
    const SnatRow& row = entry.row;
    if (!entry.is_translated && pools_.contains({row.snat_address, row.destination,
                                                 row.destination_port, entry.zone, row.protocol})) {
      visit(row);
    }
  };
  if (addresses_.size() > kSnatAddressesAskedMax) {
    return Dump(EncodeCtDump(AF_UNSPEC, /*is_translated=*/false, socket_.NextSequence()),
                visit_of_pool);
  }
  for (const RawAddress& address : addresses_) {
    BERTHMASTER_RETURN_IF_ERROR(
        Dump(EncodeCtDumpFrom(address, socket_.NextSequence()), [&](const CtEntry& entry) {
          // A kernel that does not filter gives all of them each time.
          if (entry.row.snat_address == address) visit_of_pool(entry);
        }));
  }
  return absl::OkStatus();
}

absl::Status LinuxConntrackReader::Dump(NfRequest request,
                                        absl::FunctionRef<void(const CtEntry&)> visit) {
  int64_t broken_count = 0;
  BERTHMASTER_RETURN_IF_ERROR(socket_.Ask(request, [&](const NfMessage& message) {
    absl::StatusOr<std::optional<CtEntry>> entry = DecodeCtEntry(message);
    if (!entry.ok()) {
      ++broken_count;
    } else if (entry->has_value()) {
      visit(**entry);
    }
  }));
  if (broken_count == 0) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(CountText(broken_count, "conntrack entry", "conntrack entries"),
                   " could not be read; the others were"));
}

absl::StatusOr<uint32_t> LinuxConntrackReader::ReadGeneration() {
  std::optional<uint32_t> generation;
  BERTHMASTER_RETURN_IF_ERROR(
      SubsystemStatus(socket_.Ask(EncodeGenerationQuestion(socket_.NextSequence()),
                                  [&generation](const NfMessage& message) {
                                    if (!generation.has_value())
                                      generation = DecodeGeneration(message);
                                  }),
                      "rules (nftables)"));
  if (!generation.has_value()) return absl::DataLossError("nftables did not say its generation");
  return *generation;
}

absl::StatusOr<SnatRules> LinuxConntrackReader::ReadSnatRulesHere(uint64_t netns_cookie) {
  absl::StatusOr<SnatRules> rules = ReadNftRules(netns_cookie);
  // A kernel without nftables has none of its rules, and entries all the same.
  if (absl::IsNotFound(rules.status())) rules = SnatRules();
  BERTHMASTER_RETURN_IF_ERROR(rules.status());
  rules->has_legacy_nat = HasLegacyNat();
  return rules;
}

absl::StatusOr<SnatRules> LinuxConntrackReader::ReadNftRules(uint64_t netns_cookie) {
  BERTHMASTER_RETURN_IF_ERROR(socket_.Open());
  // Before the dump: a change meanwhile is dumped again the next time.
  BERTHMASTER_ASSIGN_OR_RETURN(const uint32_t generation, ReadGeneration());
  auto known = rules_.find(netns_cookie);
  if (known != rules_.end() && known->second.generation == generation) {
    socket_.Close();
    return known->second.rules;
  }
  SnatRules rules;
  absl::Status status =
      socket_.Ask(EncodeRuleDump(socket_.NextSequence()),
                  [&rules](const NfMessage& message) { AddSnatRule(message, rules); });
  socket_.Close();
  BERTHMASTER_RETURN_IF_ERROR(SubsystemStatus(status, "rules (nftables)"));
  if (rules_.size() >= kSnatRulesKeptMax) rules_.clear();
  rules_.insert_or_assign(netns_cookie, KnownRules{generation, rules});
  return rules;
}

// The files list the tables that are there (xt_table_seq_show()); to read them makes none, as
// asking for a table would. Each is there when its module is.
std::optional<bool> LinuxConntrackReader::HasLegacyNat() {
  bool is_certain = true;
  for (const char* path : kLegacyTables) {
    absl::StatusOr<absl::string_view> names = file_reader_.Read(path);
    if (!names.ok()) {
      is_certain = is_certain && absl::IsNotFound(names.status());
      continue;
    }
    for (absl::string_view name : absl::StrSplit(*names, '\n')) {
      if (name == "nat") return true;
    }
  }
  if (is_certain) return false;
  return std::nullopt;
}

}  // namespace berthmaster
