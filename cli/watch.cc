#include "cli/watch.h"

#include <grpc/grpc.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/columns.h"
#include "cli/table.h"

namespace berthmaster {
namespace {

// Before a broken stream is opened again: a controller that sheds load is not asked in a tight
// loop.
constexpr absl::Duration kReopenDelay = absl::Seconds(1);

// How one read of a stream went on.
enum class Next { kGoOn, kStop };

// Whether a controller that is not there is an error, or is waited for because it was there before.
enum class Absent { kFail, kWait };

// Opens the stream and calls `take` with each response. The status is the stream's, OK when `take`
// stopped it.
template <typename Stub, typename Request, typename Response>
absl::Status Follow(Client& client, Stub& stub,
                    std::unique_ptr<grpc::ClientReader<Response>> (Stub::*method)(
                        grpc::ClientContext*, const Request&),
                    Absent absent, absl::Duration limit,
                    const std::function<Next(const Response&)>& take) {
  grpc::ClientContext context;
  context.set_wait_for_ready(absent == Absent::kWait);
  if (limit != absl::InfiniteDuration()) {
    context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(limit), GPR_TIMESPAN));
  }
  std::unique_ptr<grpc::ClientReader<Response>> stream = (stub.*method)(&context, Request());
  Response response;
  while (stream->Read(&response)) {
    if (take(response) == Next::kStop) {
      context.TryCancel();
      stream->Finish();
      return absl::OkStatus();
    }
  }
  return client.Explain(stream->Finish());
}

template <typename Response>
std::function<Next(const Response&)> Printer(const WatchOptions& options, Clock& clock,
                                             const std::function<bool(const std::string&)>& print) {
  return [&options, &clock, &print](const Response& response) {
    std::string text;
    if (options.format == OutputFormat::kJson) {
      absl::StatusOr<std::string> json = ToJsonLine(response);
      text = json.ok() ? *json + "\n" : json.status().ToString() + "\n";
    } else {
      const auto& resource = [&response]() -> const auto& {
        if constexpr (requires { response.incident(); }) {
          return response.incident();
        } else if constexpr (requires { response.rollout(); }) {
          return response.rollout();
        } else if constexpr (requires { response.pool(); }) {
          return response.pool();
        } else {
          return response.host();
        }
      }
      ();
      if (options.format == OutputFormat::kName) {
        text = resource.name() + "\n";
      } else {
        std::string line;
        for (const std::string& cell : Cells(resource, clock.SystemNow())) {
          absl::StrAppend(&line, line.empty() ? "" : "  ", Printable(cell));
        }
        text = absl::StrCat(absl::FormatTime("%H:%M:%S", clock.SystemNow(), absl::UTCTimeZone()),
                            "  ", line, "\n");
      }
    }
    return print(text) ? Next::kGoOn : Next::kStop;
  };
}

absl::Status WatchOnce(Client& client, const WatchOptions& options, Absent absent, Clock& clock,
                       const std::function<bool(const std::string&)>& print) {
  constexpr absl::Duration kForever = absl::InfiniteDuration();
  switch (options.kind) {
    case ResourceKind::kIncident:
      return Follow(client, client.incidents(), &v1::IncidentService::Stub::WatchIncidents, absent,
                    kForever, Printer<v1::WatchIncidentsResponse>(options, clock, print));
    case ResourceKind::kRollout:
      return Follow(client, client.rollouts(), &v1::RolloutService::Stub::WatchRollouts, absent,
                    kForever, Printer<v1::WatchRolloutsResponse>(options, clock, print));
    case ResourceKind::kPool:
      return Follow(client, client.pools(), &v1::PoolService::Stub::WatchPools, absent, kForever,
                    Printer<v1::WatchPoolsResponse>(options, clock, print));
    case ResourceKind::kHost:
      return Follow(client, client.hosts(), &v1::HostService::Stub::WatchHosts, absent, kForever,
                    Printer<v1::WatchHostsResponse>(options, clock, print));
    default:
      return absl::InvalidArgumentError(
          absl::StrCat(CollectionOf(options.kind),
                       " cannot be watched; use hosts, pools, incidents or rollouts"));
  }
}

absl::Status CheckExists(Client& client, const ResourceRef& ref) {
  if (ref.kind == ResourceKind::kIncident) {
    v1::GetIncidentRequest request;
    request.set_name(ref.name);
    return client.Call(client.incidents(), &v1::IncidentService::Stub::GetIncident, request)
        .status();
  }
  v1::GetRolloutRequest request;
  request.set_name(ref.name);
  return client.Call(client.rollouts(), &v1::RolloutService::Stub::GetRollout, request).status();
}

// Whether nothing follows the state.
bool IsFinal(const v1::Incident& incident) {
  return incident.state() == v1::INCIDENT_STATE_RESOLVED;
}
bool IsFinal(const v1::Rollout& rollout) {
  return rollout.state() == v1::ROLLOUT_STATE_FAILED ||
         rollout.state() == v1::ROLLOUT_STATE_REVERTED;
}

template <typename Resource>
Next Judge(const Resource& resource, const ResourceRef& ref, const std::string& wanted,
           absl::Status& verdict) {
  if (resource.name() != ref.name) return Next::kGoOn;
  if (StateText(resource) == wanted) {
    verdict = absl::OkStatus();
    return Next::kStop;
  }
  if (!IsFinal(resource)) return Next::kGoOn;
  verdict = absl::FailedPreconditionError(
      absl::StrCat(ref.name, " is ", StateText(resource), " and will not become ", wanted));
  return Next::kStop;
}

}  // namespace

absl::Status Watch(Client& client, const WatchOptions& options, Clock& clock,
                   const std::function<bool(const std::string&)>& print,
                   const std::function<void(const std::string&)>& complain,
                   const std::function<void(absl::Duration)>& pause) {
  bool complained = false;
  Absent absent = Absent::kFail;
  auto print_and_note = [&](const std::string& text) {
    complained = false;
    absent = Absent::kWait;
    return print(text);
  };
  while (true) {
    absl::Status status = WatchOnce(client, options, absent, clock, print_and_note);
    if (status.code() != absl::StatusCode::kUnavailable || absent == Absent::kFail) return status;
    if (!complained)
      complain(absl::StrCat("lost the stream: ", status.message(), "; trying again"));
    complained = true;
    pause(kReopenDelay);
  }
}

absl::Status WaitForState(Client& client, const ResourceRef& ref, absl::string_view state,
                          absl::Duration limit) {
  if (ref.kind != ResourceKind::kIncident && ref.kind != ResourceKind::kRollout) {
    return absl::InvalidArgumentError("only incidents and rollouts can be waited for");
  }
  // A name that does not exist would never come in the stream.
  absl::Status exists = CheckExists(client, ref);
  if (!exists.ok()) return exists;
  std::string wanted = absl::AsciiStrToUpper(state);
  absl::Status verdict = absl::UnknownError("");
  absl::Status streamed;
  if (ref.kind == ResourceKind::kIncident) {
    streamed =
        Follow<v1::IncidentService::Stub, v1::WatchIncidentsRequest, v1::WatchIncidentsResponse>(
            client, client.incidents(), &v1::IncidentService::Stub::WatchIncidents, Absent::kWait,
            limit,
            [&](const auto& response) { return Judge(response.incident(), ref, wanted, verdict); });
  } else {
    streamed =
        Follow<v1::RolloutService::Stub, v1::WatchRolloutsRequest, v1::WatchRolloutsResponse>(
            client, client.rollouts(), &v1::RolloutService::Stub::WatchRollouts, Absent::kWait,
            limit,
            [&](const auto& response) { return Judge(response.rollout(), ref, wanted, verdict); });
  }
  if (streamed.code() == absl::StatusCode::kDeadlineExceeded) {
    return absl::DeadlineExceededError(
        absl::StrCat(ref.name, " did not become ", wanted, " in ", absl::FormatDuration(limit)));
  }
  return streamed.ok() ? verdict : streamed;
}

}  // namespace berthmaster
