#include "cli/audit.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/format.h"
#include "cli/print.h"
#include "cli/resource_name.h"
#include "cli/silence.h"
#include "cli/table.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr char kActionPrefix[] = "AUDIT_ACTION_";

std::string ActionText(v1::AuditAction action) {
  const std::string& name = v1::AuditAction_Name(action);
  return name.empty() ? absl::StrCat(static_cast<int>(action)) : EnumText(name, kActionPrefix);
}

absl::StatusOr<v1::AuditAction> ParseAction(const std::string& text) {
  std::string name = absl::AsciiStrToUpper(text);
  std::replace(name.begin(), name.end(), '-', '_');
  v1::AuditAction action = v1::AUDIT_ACTION_UNSPECIFIED;
  if (v1::AuditAction_Parse(absl::StrCat(kActionPrefix, name), &action) &&
      action != v1::AUDIT_ACTION_UNSPECIFIED) {
    return action;
  }
  std::vector<std::string> names;
  for (int number = v1::AuditAction_MIN + 1; number <= v1::AuditAction_MAX; ++number) {
    names.push_back(absl::AsciiStrToLower(ActionText(static_cast<v1::AuditAction>(number))));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--action '", text, "' is not an action; use ", absl::StrJoin(names, ", ")));
}

absl::StatusOr<v1::AuditFilter> Filter(const AuditListOptions& options, absl::Time now) {
  v1::AuditFilter filter;
  for (const std::string& text : options.actions) {
    BERTHMASTER_ASSIGN_OR_RETURN(const v1::AuditAction action, ParseAction(text));
    filter.add_by_actions(action);
  }
  filter.set_by_actor(options.actor);
  filter.set_by_object(options.object);
  if (!options.host.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef host,
                                 ParseResourceNameOf(ResourceKind::kHost, options.host));
    filter.set_by_host(host.name);
  }
  if (!options.since.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(absl::Time since, ParseMoment("--since", options.since, now));
    *filter.mutable_by_start_time() = ToProto(since);
  }
  if (!options.until.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(absl::Time until, ParseMoment("--until", options.until, now));
    *filter.mutable_by_end_time() = ToProto(until);
  }
  return filter;
}

std::string OrDash(const std::string& text) { return text.empty() ? "-" : text; }

// The first setting, and how many more there are: "tcp_tw_reuse: 2 → 1 and 3 more".
std::string ChangesText(const v1::AuditEntry& entry) {
  if (entry.values().empty()) return "-";
  const v1::AuditValue& first = entry.values(0);
  std::string text = absl::StrCat(first.sysctl(), ": ", OrDash(first.old_value()), " → ",
                                  OrDash(first.new_value()));
  if (entry.values_size() > 1) absl::StrAppend(&text, " and ", entry.values_size() - 1, " more");
  return text;
}

std::string TableText(const v1::ListAuditEntriesResponse& response) {
  Table table({"SEQUENCE", "TIME", "ACTOR", "SOURCE", "ACTION", "OBJECT", "CHANGE", "REASON"});
  for (const v1::AuditEntry& entry : response.audit_entries()) {
    table.AddRow({absl::StrCat(entry.sequence()), TimeText(entry.event_time()), entry.actor(),
                  OrDash(entry.source()), ActionText(entry.action()), OrDash(entry.object()),
                  ChangesText(entry), OrDash(entry.reason())});
  }
  return table.Render();
}

absl::StatusOr<std::string> Render(const v1::ListAuditEntriesResponse& response,
                                   OutputFormat format) {
  if (format == OutputFormat::kJson) return ToJson(response);
  if (format == OutputFormat::kYaml) return ToYaml(response);
  if (format == OutputFormat::kTable) return TableText(response);
  std::string sequences;
  for (const v1::AuditEntry& entry : response.audit_entries()) {
    absl::StrAppend(&sequences, entry.sequence(), "\n");
  }
  return sequences;
}

}  // namespace

absl::StatusOr<absl::Time> ParseMoment(absl::string_view flag, const std::string& text,
                                       absl::Time now) {
  absl::Time moment;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &moment, &error)) return moment;
  const absl::StatusOr<absl::Duration> length = ParseLength(text);
  if (length.ok()) return now - *length;
  return absl::InvalidArgumentError(absl::StrCat(flag, " '", text,
                                                 "' is neither a time such as "
                                                 "2026-01-31T22:00:00Z nor a length such as 24h "
                                                 "or 7d, which is so long ago"));
}

absl::StatusOr<std::string> ListAudit(Client& client, const AuditListOptions& options,
                                      absl::Time now) {
  BERTHMASTER_ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(options.output));
  if (options.limit < 1) return absl::InvalidArgumentError("--limit is less than 1");
  v1::ListAuditEntriesRequest request;
  BERTHMASTER_ASSIGN_OR_RETURN(*request.mutable_filter(), Filter(options, now));
  v1::ListAuditEntriesResponse all;
  do {
    request.set_page_size(std::min(options.limit - all.audit_entries_size(), kPageSize));
    BERTHMASTER_ASSIGN_OR_RETURN(
        v1::ListAuditEntriesResponse page,
        client.Call(client.audit(), &v1::AuditService::Stub::ListAuditEntries, request));
    request.set_page_token(page.next_page_token());
    page.clear_next_page_token();
    all.MergeFrom(page);
  } while (!request.page_token().empty() && all.audit_entries_size() < options.limit);
  return Render(all, format);
}

absl::Status StreamAudit(Client& client, int64_t first_sequence,
                         const std::function<absl::Status(const v1::AuditEntry&)>& take) {
  grpc::ClientContext context;
  v1::ExportAuditEntriesRequest request;
  request.set_first_sequence(first_sequence);
  std::unique_ptr<grpc::ClientReader<v1::ExportAuditEntriesResponse>> stream =
      client.audit().ExportAuditEntries(&context, request);
  v1::ExportAuditEntriesResponse message;
  absl::Status taken;
  while (taken.ok() && stream->Read(&message)) taken = take(message.audit_entry());
  if (!taken.ok()) context.TryCancel();
  const grpc::Status status = stream->Finish();
  if (!taken.ok() || status.ok()) return taken;
  return client.Explain(status);
}

absl::Status ExportAudit(Client& client, int64_t first_sequence,
                         const std::function<bool(const std::string&)>& print) {
  return StreamAudit(client, first_sequence, [&](const v1::AuditEntry& entry) {
    const absl::StatusOr<std::string> line = ToJsonLine(entry);
    if (!line.ok()) return line.status();
    if (print(*line + "\n")) return absl::OkStatus();
    return absl::UnknownError("standard output cannot be written; the export is not whole");
  });
}

absl::StatusOr<std::string> AuditCheckpointText(Client& client) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      const v1::GetAuditCheckpointResponse response,
      client.Call(client.audit(), &v1::AuditService::Stub::GetAuditCheckpoint,
                  v1::GetAuditCheckpointRequest()));
  return ToJson(response.checkpoint());
}

}  // namespace berthmaster
