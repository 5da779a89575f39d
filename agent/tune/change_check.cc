#include "agent/tune/change_check.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "agent/tune/sysctl_compare.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

// Ids are 20 characters (common/ids); room for others, but not for a text.
constexpr size_t kRolloutIdBytesMax = 63;

absl::Status CheckRolloutName(absl::string_view rollout) {
  absl::string_view id = rollout;
  bool ok = absl::ConsumePrefix(&id, "rollouts/") && !id.empty() &&
            id.size() <= kRolloutIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
              return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
            });
  if (ok) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", rollout.substr(0, kRolloutIdBytesMax),
                   "' is not a rollout's name; it has the form rollouts/{rollout}"));
}

absl::Status CheckLease(const DesiredChange& change) {
  if (change.confirmed || (change.lease >= kLeaseMin && change.lease <= kLeaseMax)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("a lease of ", absl::FormatDuration(change.lease),
                                                 " is outside ", absl::FormatDuration(kLeaseMin),
                                                 " to ", absl::FormatDuration(kLeaseMax),
                                                 ", which every unconfirmed change needs"));
}

}  // namespace

std::vector<std::string> DefaultAllowedSysctls() {
  std::vector<std::string> allowed;
  for (const Tunable& tunable : Tunables()) {
    if (tunable.allowed_by_default) allowed.emplace_back(tunable.sysctl);
  }
  return allowed;
}

absl::Status CheckAllowedSysctls(const std::vector<std::string>& sysctls) {
  std::vector<absl::string_view> writable;
  for (const Tunable& tunable : Tunables()) {
    if (tunable.writable) writable.push_back(tunable.sysctl);
  }
  for (const std::string& sysctl : sysctls) {
    const Tunable* tunable = FindTunable(sysctl);
    if (tunable != nullptr && tunable->writable) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("'", sysctl, "' is not a sysctl that Berthmaster writes; those it does are: ",
                     absl::StrJoin(writable, ", ")));
  }
  return absl::OkStatus();
}

absl::Status CheckChange(const DesiredChange& change,
                         const std::vector<std::string>& allowed_sysctls) {
  BERTHMASTER_RETURN_IF_ERROR(CheckRolloutName(change.rollout));
  if (change.netns_cookie == 0 || change.netns_inode == 0) {
    return absl::InvalidArgumentError("names no namespace; it needs a netns cookie and an inode");
  }
  const SysctlChange& sysctl = change.change;
  BERTHMASTER_RETURN_IF_ERROR(CheckWritable(sysctl.sysctl, sysctl.desired_value));
  if (std::find(allowed_sysctls.begin(), allowed_sysctls.end(), sysctl.sysctl) ==
      allowed_sysctls.end()) {
    return ReasonStatus(
        absl::StatusCode::kPermissionDenied, "SYSCTL_NOT_ALLOWED",
        absl::StrCat("SYSCTL_NOT_ALLOWED: ", sysctl.sysctl,
                     " is not on this host's allow-list; add it to allow-sysctls of "
                     "the agent if it may be written here"));
  }
  if (SameSysctlValue(sysctl.sysctl, sysctl.expected_value, sysctl.desired_value)) {
    return absl::InvalidArgumentError(
        absl::StrCat(sysctl.sysctl, ": the desired value '", sysctl.desired_value,
                     "' is the expected one; there is nothing to change"));
  }
  return CheckLease(change);
}

std::vector<absl::Status> CheckForDuplicates(const std::vector<DesiredChange>& changes) {
  std::map<std::pair<uint64_t, std::string>, int> count_of;
  for (const DesiredChange& change : changes) {
    ++count_of[{change.netns_cookie, change.change.sysctl}];
  }
  std::vector<absl::Status> verdicts;
  verdicts.reserve(changes.size());
  for (const DesiredChange& change : changes) {
    int count = count_of[{change.netns_cookie, change.change.sysctl}];
    verdicts.push_back(count == 1
                           ? absl::OkStatus()
                           : absl::InvalidArgumentError(absl::StrCat(
                                 change.change.sysctl, " is to be set ", count, " times in netns ",
                                 change.netns_cookie, "; a desired state sets it once")));
  }
  return verdicts;
}

}  // namespace berthmaster
