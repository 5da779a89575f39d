#include "cli/rollout.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/columns.h"
#include "cli/page.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/watch.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// One of the five methods, which are alike but for their types.
template <typename Request, typename Response>
absl::StatusOr<v1::Rollout> Send(Client& client, const RolloutOptions& options,
                                 grpc::Status (v1::RolloutService::Stub::*method)(
                                     grpc::ClientContext*, const Request&, Response*)) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kRollout, options.name));
  Request request;
  request.set_name(ref.name);
  request.set_reason(options.reason);
  request.set_etag(options.etag);
  BERTHMASTER_ASSIGN_OR_RETURN(const Response response,
                               client.Call(client.rollouts(), method, request));
  return response.rollout();
}

absl::StatusOr<v1::Rollout> Send(Client& client, RolloutVerb verb, const RolloutOptions& options) {
  using Stub = v1::RolloutService::Stub;
  switch (verb) {
    case RolloutVerb::kPause:
      return Send(client, options, &Stub::PauseRollout);
    case RolloutVerb::kResume:
      return Send(client, options, &Stub::ResumeRollout);
    case RolloutVerb::kPromote:
      return Send(client, options, &Stub::PromoteRollout);
    case RolloutVerb::kAbort:
      return Send(client, options, &Stub::AbortRollout);
    case RolloutVerb::kRevert:
      return Send(client, options, &Stub::RevertRollout);
  }
  return absl::InternalError("no such verb");
}

absl::StatusOr<v1::Rollout> GetRollout(Client& client, const std::string& name) {
  BERTHMASTER_ASSIGN_OR_RETURN(const ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kRollout, name));
  v1::GetRolloutRequest request;
  request.set_name(ref.name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      const v1::GetRolloutResponse response,
      client.Call(client.rollouts(), &v1::RolloutService::Stub::GetRollout, request));
  return response.rollout();
}

bool IsOver(const v1::Rollout& rollout) {
  return rollout.state() == v1::ROLLOUT_STATE_CONFIRMED ||
         rollout.state() == v1::ROLLOUT_STATE_REVERTED ||
         rollout.state() == v1::ROLLOUT_STATE_FAILED;
}

absl::StatusOr<std::string> StatusText(const v1::Rollout& rollout, OutputFormat format) {
  return Render(
      rollout, format, [&] { return rollout.name() + "\n"; },
      [&] {
        Page page;
        AppendRolloutStatus(rollout, page);
        return page.text();
      });
}

// "12:00:05  WAVE  2/4  3/20  wave 2 of 4: sent to 2"
absl::StatusOr<std::string> ChangeText(const v1::Rollout& rollout, OutputFormat format,
                                       absl::Time now) {
  if (format == OutputFormat::kJson) {
    BERTHMASTER_ASSIGN_OR_RETURN(const std::string line, ToJsonLine(rollout));
    return line + "\n";
  }
  if (format != OutputFormat::kTable) return StatusText(rollout, format);
  return absl::StrCat(
      absl::StrJoin({absl::FormatTime("%H:%M:%S", now, absl::UTCTimeZone()), StateText(rollout),
                     WaveText(rollout), HoldingText(rollout), Printable(rollout.message())},
                    "  "),
      "\n");
}

}  // namespace

absl::StatusOr<std::string> DecideRollout(Client& client, RolloutVerb verb,
                                          const RolloutOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(const v1::Rollout rollout, Send(client, verb, options));
  return absl::StrCat(rollout.name(), " ", StateText(rollout),
                      rollout.message().empty() ? "" : "; ", Printable(rollout.message()), "\n");
}

absl::StatusOr<std::string> RolloutStatus(Client& client, const std::string& name,
                                          OutputFormat format) {
  BERTHMASTER_ASSIGN_OR_RETURN(const v1::Rollout rollout, GetRollout(client, name));
  return StatusText(rollout, format);
}

absl::Status WatchRolloutStatus(Client& client, const std::string& name, OutputFormat format,
                                Clock& clock, const std::function<bool(const std::string&)>& print,
                                const std::function<void(const std::string&)>& complain,
                                const std::function<void(absl::Duration)>& pause) {
  BERTHMASTER_ASSIGN_OR_RETURN(const v1::Rollout first, GetRollout(client, name));
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string text,
                               format == OutputFormat::kTable
                                   ? StatusText(first, format)
                                   : ChangeText(first, format, clock.SystemNow()));
  if (!print(text) || IsOver(first)) return absl::OkStatus();
  std::string shown_etag = first.etag();
  absl::Status verdict;
  absl::Status streamed = WatchRollout(
      client, first,
      [&](const v1::Rollout& rollout) {
        if (rollout.etag() == shown_etag) return true;
        shown_etag = rollout.etag();
        absl::StatusOr<std::string> line = ChangeText(rollout, format, clock.SystemNow());
        if (!line.ok()) verdict = line.status();
        return line.ok() && print(*line) && !IsOver(rollout);
      },
      complain, pause);
  return streamed.ok() ? verdict : streamed;
}

}  // namespace berthmaster
