#include "controller/api/recommendation_page.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/annotate.h"
#include "controller/api/list_filter.h"
#include "controller/api/page_token.h"
#include "controller/api/recommendation_conversion.h"
#include "controller/api/request_check.h"

namespace berthmaster {
namespace {

// Where a recommendation stands in the list.
struct SortKey {
  // The newest id among the listed ones of the same incident.
  std::string newest_id;
  int32_t rank = 0;
  std::string id;

  bool IsBefore(const SortKey& other) const {
    return std::tie(other.newest_id, rank, other.id) < std::tie(newest_id, other.rank, id);
  }
};

struct Entry {
  SortKey key;
  Fleet::RecommendationPointer recommendation;
};

std::vector<Entry> SortedEntries(const Fleet& fleet, const RecommendationMatcher& matcher) {
  std::vector<Entry> entries;
  absl::flat_hash_map<std::string, std::string> newest_ids;
  for (Fleet::RecommendationPointer& recommendation : fleet.Recommendations()) {
    if (!matcher.Matches(*recommendation)) continue;
    // By rising id: the last one stays.
    newest_ids[recommendation->incident_id] = recommendation->id;
    entries.push_back({{"", recommendation->rank, recommendation->id}, recommendation});
  }
  for (Entry& entry : entries) {
    entry.key.newest_id = newest_ids[entry.recommendation->incident_id];
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key.IsBefore(b.key); });
  return entries;
}

}  // namespace

absl::Status FillRecommendationPage(const Fleet& fleet,
                                    const v1::ListRecommendationsRequest& request,
                                    v1::ListRecommendationsResponse& response) {
  BERTHMASTER_ASSIGN_OR_RETURN(const RecommendationMatcher matcher,
                               RecommendationMatcher::Parse(request.filter()));
  const PageScope scope{"ListRecommendations", DeterministicBytes(request.filter())};
  BERTHMASTER_ASSIGN_OR_RETURN(const Page page,
                               ParsePage(scope, request.page_size(), request.page_token(), 3));
  SortKey after;
  if (!page.after.empty()) {
    after = {page.after[0], 0, page.after[2]};
    if (!absl::SimpleAtoi(page.after[1], &after.rank)) {
      return absl::InvalidArgumentError("page_token: not a position in a list of recommendations");
    }
  }
  SortKey last;
  for (const Entry& entry : SortedEntries(fleet, matcher)) {
    if (!page.after.empty() && !after.IsBefore(entry.key)) continue;
    if (response.recommendations_size() == page.size) {
      response.set_next_page_token(
          MakePageToken(scope, {last.newest_id, absl::StrCat(last.rank), last.id}));
      break;
    }
    *response.add_recommendations() = ToProto(*entry.recommendation);
    last = entry.key;
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
