#include "controller/model/content_hash.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "controller/model/labels.h"

namespace berthmaster {
namespace {

// Each part with its length before it, so that no two lists of parts give the same bytes.
void AppendPart(std::string& bytes, absl::string_view part) {
  absl::StrAppend(&bytes, part.size(), ":", part);
}

// Nothing for the plan of one namespace without more ado.
void AppendPlan(std::string& bytes, const RolloutPlan& plan) {
  if (plan == RolloutPlan()) return;
  AppendPart(bytes, absl::StrCat("plan ", LabelsText(plan.selector)));
  for (const WaveSize& wave : plan.waves) {
    AppendPart(bytes, absl::StrCat("wave ", wave.count, " ", wave.percent));
  }
  AppendPart(bytes, absl::StrCat(plan.canary_count, " ", absl::ToInt64Microseconds(plan.soak), " ",
                                 plan.failed_targets_max, " ", plan.pause_after_canary ? 1 : 0, " ",
                                 plan.persist ? 1 : 0, " ", plan.follows ? 1 : 0));
}

}  // namespace

std::string ContentSha256(const Recommendation& recommendation) {
  std::string bytes;
  AppendPart(bytes, recommendation.host_id);
  AppendPart(bytes, absl::StrCat(recommendation.netns_cookie));
  AppendPart(bytes, absl::StrCat(recommendation.netns_inode));
  for (const SysctlChange& change : recommendation.changes) {
    AppendPart(bytes, change.sysctl);
    AppendPart(bytes, change.expected_value);
    AppendPart(bytes, change.desired_value);
  }
  // Advice is approved for its numbers; texts may be put better meanwhile.
  if (recommendation.pooling.has_value()) {
    AppendPart(bytes, absl::StrCat("pool ", recommendation.pooling->connection_pool_size));
  }
  if (recommendation.topology.has_value()) {
    const TopologyAdvice& topology = *recommendation.topology;
    AppendPart(bytes, absl::StrCat("topology ", topology.more_source_addresses.value_or(0), " ",
                                   topology.more_destination_addresses.value_or(0), " ",
                                   topology.more_destination_ports.value_or(0)));
  }
  AppendPlan(bytes, recommendation.plan);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

}  // namespace berthmaster
