#ifndef BERTHMASTER_CONTROLLER_API_NEWEST_FIRST_H_
#define BERTHMASTER_CONTROLLER_API_NEWEST_FIRST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/status/annotate.h"
#include "controller/api/page_token.h"
#include "controller/api/request_check.h"

namespace berthmaster {

// Answers a List method whose resources come by falling id, and ids sort by time. `resources` are
// by rising id; `add` puts one into the response.
template <typename Resource, typename Matcher, typename Request, typename Response, typename Add>
absl::Status FillNewestFirst(absl::string_view method,
                             const std::vector<std::shared_ptr<const Resource>>& resources,
                             const Matcher& matcher, const Request& request, Response& response,
                             Add add) {
  const PageScope scope{method, DeterministicBytes(request.filter())};
  BERTHMASTER_ASSIGN_OR_RETURN(const Page page,
                               ParsePage(scope, request.page_size(), request.page_token(), 1));
  int count = 0;
  std::string last_id;
  for (auto resource = resources.rbegin(); resource != resources.rend(); ++resource) {
    if (!page.after.empty() && (*resource)->id >= page.after[0]) continue;
    if (!matcher.Matches(**resource)) continue;
    if (count == page.size) {
      response.set_next_page_token(MakePageToken(scope, {last_id}));
      break;
    }
    add(**resource);
    last_id = (*resource)->id;
    ++count;
  }
  return absl::OkStatus();
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_NEWEST_FIRST_H_
