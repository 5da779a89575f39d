#include "controller/store/sqlite/request_rows.h"

#include <utility>

#include "absl/time/time.h"

namespace berthmaster {

RequestRows::RequestRows(ParentTable<CompletedRequest> requests, Statement forget)
    : requests_(std::move(requests)), forget_(std::move(forget)) {}

absl::StatusOr<RequestRows> RequestRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto requests,
      ParentTable<CompletedRequest>::Prepare(
          database,
          "INSERT OR REPLACE INTO request (request_id, method, request_sha256, resource_name, "
          "complete_time) VALUES (?, ?, ?, ?, ?)",
          "SELECT request_id, method, request_sha256, resource_name, complete_time FROM request "
          "ORDER BY complete_time, request_id"));
  // Against the newest row and not against `now`: the store has no clock.
  BERTHMASTER_ASSIGN_OR_RETURN(Statement forget,
                               database.Prepare("DELETE FROM request WHERE complete_time < "
                                                "(SELECT max(complete_time) FROM request) - ?"));
  return RequestRows(std::move(requests), std::move(forget));
}

absl::Status RequestRows::Put(const std::vector<CompletedRequest>& requests) {
  if (requests.empty()) return absl::OkStatus();
  for (const CompletedRequest& request : requests) {
    BERTHMASTER_RETURN_IF_ERROR(requests_.Replace(request));
  }
  return forget_.Run(kRequestMemory);
}

absl::StatusOr<std::vector<CompletedRequest>> RequestRows::Load() { return requests_.Load(); }

}  // namespace berthmaster
