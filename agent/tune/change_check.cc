#include "agent/tune/change_check.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "agent/tune/refusal.h"
#include "agent/tune/sysctl_compare.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

// More than twice the longest name of the catalogue.
constexpr size_t kSysctlNameBytesMax = 128;
// Ids are 20 characters (common/ids); room for others, but not for a text.
constexpr size_t kRolloutIdBytesMax = 63;

absl::Status CheckRolloutName(absl::string_view rollout) {
  absl::string_view id = rollout;
  bool ok = absl::ConsumePrefix(&id, "rollouts/") && !id.empty() &&
            id.size() <= kRolloutIdBytesMax && std::all_of(id.begin(), id.end(), [](char c) {
              return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
            });
  if (ok) return absl::OkStatus();
  return Refuse("ROLLOUT_NAME_INVALID",
                absl::StrCat("'", absl::CHexEscape(rollout.substr(0, kRolloutIdBytesMax)),
                             "' is not a rollout's name; it has the form rollouts/{rollout}"));
}

absl::Status CheckLease(const DesiredChange& change) {
  if (change.confirmed || (change.lease >= kLeaseMin && change.lease <= kLeaseMax)) {
    return absl::OkStatus();
  }
  return Refuse(
      "LEASE_OUT_OF_BOUNDS",
      absl::StrCat("a lease of ", absl::FormatDuration(change.lease), " is outside ",
                   absl::FormatDuration(kLeaseMin), " to ", absl::FormatDuration(kLeaseMax),
                   ", which every unconfirmed change needs"));
}

constexpr size_t kShownBytesMax = 63;

// A name of the catalogue has no other character, so nothing that could be a path comes further.
absl::Status CheckNameText(absl::string_view sysctl) {
  const bool is_clean = std::all_of(sysctl.begin(), sysctl.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
  if (is_clean && sysctl.size() <= kSysctlNameBytesMax) return absl::OkStatus();
  return Refuse("SYSCTL_NAME_MALFORMED",
                absl::StrCat("'", absl::CHexEscape(sysctl.substr(0, kShownBytesMax)),
                             "' is not the name of a sysctl, such as net.ipv4.tcp_tw_reuse"));
}

// The values of sysctls are digits, blanks and punctuation; what else there is was never meant for
// one. The catalogue's parsers take any white space, and a line end divides entries of a file.
absl::Status CheckValueText(absl::string_view value) {
  const bool is_clean = std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || absl::ascii_isprint(static_cast<unsigned char>(c));
  });
  if (is_clean) return absl::OkStatus();
  return Refuse("VALUE_MALFORMED",
                absl::StrCat("'", absl::CHexEscape(value.substr(0, kShownBytesMax)),
                             "' is no value of a sysctl; it is one line of printable characters"));
}

}  // namespace

absl::Status CheckChange(const DesiredChange& change, const AllowList& allow_list) {
  BERTHMASTER_RETURN_IF_ERROR(CheckRolloutName(change.rollout));
  if (change.netns_cookie == 0 || change.netns_inode == 0) {
    return Refuse("NETNS_MISSING", "names no namespace; it needs a netns cookie and an inode");
  }
  const SysctlChange& sysctl = change.change;
  BERTHMASTER_RETURN_IF_ERROR(CheckNameText(sysctl.sysctl));
  BERTHMASTER_RETURN_IF_ERROR(CheckValueText(sysctl.expected_value));
  BERTHMASTER_RETURN_IF_ERROR(CheckValueText(sysctl.desired_value));
  BERTHMASTER_RETURN_IF_ERROR(CheckWritable(sysctl.sysctl, sysctl.desired_value));
  BERTHMASTER_RETURN_IF_ERROR(allow_list.Check(sysctl.sysctl, sysctl.desired_value));
  if (SameSysctlValue(sysctl.sysctl, sysctl.expected_value, sysctl.desired_value)) {
    return Refuse("NOTHING_TO_CHANGE",
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
    verdicts.push_back(
        count == 1
            ? absl::OkStatus()
            : Refuse("DUPLICATE_TARGET",
                     absl::StrCat(change.change.sysctl, " is to be set ", count, " times in netns ",
                                  change.netns_cookie, "; a desired state sets it once")));
  }
  return verdicts;
}

}  // namespace berthmaster
