#include "agent/collect/conntrack_sampler.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "agent/collect/snat_pools.h"
#include "agent/kernel/count_text.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kLegacyNatUnread[] =
    "SNAT: iptables-legacy has NAT rules here, which are not read, so the capacities of SNAT pools "
    "here may be smaller than said; move them to nftables or iptables-nft";
constexpr char kLegacyNatUnknown[] =
    "SNAT: whether iptables-legacy has NAT rules here may not be read, so the capacities of SNAT "
    "pools here may be smaller than said; run the agent as root with CAP_DAC_READ_SEARCH";

}  // namespace

void ConntrackSampler::Update(const NetnsEntry& netns, absl::Duration now,
                              ConntrackReader* reader) {
  if (reader == nullptr || is_refused_ || !IsDue(last_try_, table_interval_, now)) return;
  last_try_ = now;
  absl::Status status = ReadTable(netns, now, *reader);
  if (status.ok()) status = ReadPools(netns, now, *reader);
  table_interval_ = absl::IsNotFound(status) ? kConntrackIdleInterval : kConntrackTableInterval;
  limitations_.clear();
  if (!status.ok()) {
    Forget();
    if (!absl::IsNotFound(status)) {
      limitations_.push_back(absl::StrCat("conntrack: ", status.message()));
    }
    is_refused_ = absl::IsPermissionDenied(status) || absl::IsUnimplemented(status);
    return;
  }
  pools_ = snat_pools_;
  if (!table_.has_value()) return;
  SayWhatIsMissing();
  PoolSample& pool = pools_.emplace_back();
  pool.kind = PoolKind::kConntrackTable;
  pool.capacity = table_->entry_count_max;
  pool.in_use = table_->entry_count;
  is_urgent_ = std::any_of(pools_.begin(), pools_.end(), [](const PoolSample& one) {
    return one.utilization() > kConntrackUrgentUtilization;
  });
}

void ConntrackSampler::SayWhatIsMissing() {
  if (untracked_count_ > 0) {
    limitations_.push_back(
        absl::StrCat("SNAT pools beyond the first ", kSnatPoolsTrackedMax, " are left out, with ",
                     CountText(untracked_count_, "conntrack entry", "conntrack entries")));
  }
  if (!rules_.has_legacy_nat.has_value()) {
    limitations_.emplace_back(kLegacyNatUnknown);
  } else if (*rules_.has_legacy_nat) {
    limitations_.emplace_back(kLegacyNatUnread);
  }
  if (rules_.unread_count > 0) {
    limitations_.push_back(absl::StrCat(
        "SNAT: the ports of ",
        CountText(rules_.unread_count, "rule of nftables are", "rules of nftables are"),
        " not read, since they are no constants or the rules too many, so the capacities of SNAT "
        "pools here may be smaller than said; name the ports in the rule: masquerade to "
        ":1024-65535"));
  }
}

bool ConntrackSampler::IsDue(std::optional<absl::Duration> last, absl::Duration interval,
                             absl::Duration now) const {
  return !last.has_value() || is_urgent_ || now - *last >= interval;
}

absl::Status ConntrackSampler::ReadTable(const NetnsEntry& netns, absl::Duration now,
                                         ConntrackReader& reader) {
  BERTHMASTER_ASSIGN_OR_RETURN(ConntrackTable table, reader.ReadTable(netns));
  for (const auto& [name, value] : table.counters) {
    counters_[absl::StrCat("conntrack.", name)] = value;
  }
  table_.reset();
  // An empty table is that of a namespace that tracks nothing; one without a limit has no pool.
  if (table.entry_count > 0 && table.entry_count_max > 0) table_ = std::move(table);
  // To ask for rules may make the kernel load what keeps them, so it is not done without need.
  if (!table_.has_value()) return absl::OkStatus();
  if (last_rules_.has_value() && now - *last_rules_ < kConntrackRulesInterval) {
    return absl::OkStatus();
  }
  last_rules_ = now;
  BERTHMASTER_ASSIGN_OR_RETURN(rules_, reader.ReadSnatRules(netns));
  return absl::OkStatus();
}

absl::Status ConntrackSampler::ReadPools(const NetnsEntry& netns, absl::Duration now,
                                         ConntrackReader& reader) {
  int32_t capacity_min = kSnatPortsDefault;
  for (const SnatRange& range : rules_.ranges) {
    capacity_min = std::min(capacity_min, static_cast<int32_t>(range.ports.size()));
  }
  if (!table_.has_value() || table_->entry_count < kSnatQuietShare * capacity_min) {
    snat_pools_.clear();
    untracked_count_ = 0;
    last_dump_.reset();
    return absl::OkStatus();
  }
  if (!IsDue(last_dump_, kSnatDumpInterval, now)) return absl::OkStatus();
  SnatCounter counter;
  BERTHMASTER_RETURN_IF_ERROR(
      reader.VisitSnat(netns, [&counter](const SnatRow& row) { counter.Visit(row); }));
  last_dump_ = now;
  snat_pools_ = counter.Finish(rules_.ranges);
  untracked_count_ = counter.untracked_count();
  return absl::OkStatus();
}

void ConntrackSampler::Forget() {
  table_.reset();
  snat_pools_.clear();
  untracked_count_ = 0;
  pools_.clear();
  last_dump_.reset();
  is_urgent_ = false;
}

}  // namespace berthmaster
