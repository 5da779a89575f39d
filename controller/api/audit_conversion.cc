#include "controller/api/audit_conversion.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/audit_wire.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"
#include "controller/api/request_check.h"

namespace berthmaster {

absl::StatusOr<AuditSearch> FromProto(const v1::AuditFilter& filter) {
  AuditSearch search;
  for (const int action : filter.by_actions()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckField("filter.by_actions", action, 1, kAuditActionMax));
    search.actions |= 1U << action;
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("filter.by_actor", filter.by_actor(), kAuditActorBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("filter.by_object", filter.by_object(), kAuditObjectBytesMax));
  search.actor = filter.by_actor();
  search.object = filter.by_object();
  if (!filter.by_host().empty()) {
    absl::StatusOr<std::string> host_id = ParseHostName(filter.by_host());
    if (!host_id.ok()) return Annotate(host_id.status(), "filter.by_host");
    search.host_id = *std::move(host_id);
  }
  if (filter.has_by_start_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(search.start_time,
                                 FromProto(filter.by_start_time(), "filter.by_start_time"));
  }
  if (filter.has_by_end_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(search.end_time,
                                 FromProto(filter.by_end_time(), "filter.by_end_time"));
  }
  return search;
}

absl::StatusOr<AuditQuery> ParseAuditQuery(const v1::ListAuditEntriesRequest& request) {
  AuditQuery query;
  BERTHMASTER_ASSIGN_OR_RETURN(query.search, FromProto(request.filter()));
  query.scope = {"ListAuditEntries", DeterministicBytes(request.filter())};
  BERTHMASTER_ASSIGN_OR_RETURN(
      const Page page, ParsePage(query.scope, request.page_size(), request.page_token(), 1));
  query.page_size = page.size;
  query.before = INT64_MAX;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after[0], &query.before)) {
    return absl::InvalidArgumentError("page_token: is not one of this server");
  }
  return query;
}

void Fill(const AuditPage& page, const PageScope& scope, v1::ListAuditEntriesResponse& response) {
  for (const AuditEntry& entry : page.entries) *response.add_audit_entries() = ToProto(entry);
  if (page.next_before > 0) {
    response.set_next_page_token(MakePageToken(scope, {absl::StrCat(page.next_before)}));
  }
}

void Fill(const ChainCheck& check, v1::VerifyAuditResponse& response) {
  response.set_intact(!check.broken().has_value());
  response.set_verified_count(check.tail().sequence);
  response.set_hash(check.tail().hash);
  if (!check.broken().has_value()) return;
  response.set_broken_sequence(check.broken()->sequence);
  response.set_message(check.broken()->what);
}

}  // namespace berthmaster
