#include "cli/watch.h"

#include <grpc/grpc.h>

#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/columns.h"
#include "cli/format.h"
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
                    const std::function<Next(const Response&)>& take,
                    const Request& request = Request()) {
  grpc::ClientContext context;
  context.set_wait_for_ready(absent == Absent::kWait);
  if (limit != absl::InfiniteDuration()) {
    context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(limit), GPR_TIMESPAN));
  }
  std::unique_ptr<grpc::ClientReader<Response>> stream = (stub.*method)(&context, request);
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

// Whether the state may still become `wanted`, by itself or by a person's hand.
bool CanBecome(const v1::Incident& incident, absl::string_view /*wanted*/) {
  return incident.state() != v1::INCIDENT_STATE_RESOLVED;
}
bool CanBecome(const v1::Rollout& rollout, absl::string_view wanted) {
  switch (rollout.state()) {
    case v1::ROLLOUT_STATE_REVERTED:
    case v1::ROLLOUT_STATE_FAILED:
      return false;
    case v1::ROLLOUT_STATE_REVERTING:
      return wanted == "REVERTED";
    case v1::ROLLOUT_STATE_CONFIRMED:
      return wanted == "REVERTING" || wanted == "REVERTED";
    default:
      return true;
  }
}

std::string WhyText(const v1::Incident& incident) { return incident.resolve_reason(); }
std::string WhyText(const v1::Rollout& rollout) {
  return rollout.stop_reason().empty() ? rollout.message() : rollout.stop_reason();
}

// INVALID_ARGUMENT lists the states when `wanted` is none of `states`, whose values begin with
// `prefix`.
absl::Status CheckState(const google::protobuf::EnumDescriptor& states, absl::string_view prefix,
                        absl::string_view wanted) {
  std::vector<std::string> words;
  for (int i = 1; i < states.value_count(); ++i) {
    words.push_back(absl::AsciiStrToLower(EnumText(states.value(i)->name(), prefix)));
    if (absl::AsciiStrToUpper(words.back()) == wanted) return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--for '", absl::AsciiStrToLower(wanted),
                                                 "' is not a state; there are ",
                                                 absl::StrJoin(words, ", ")));
}

template <typename Resource>
Next Judge(const Resource& resource, const ResourceRef& ref, const std::string& wanted,
           absl::Status& verdict) {
  if (resource.name() != ref.name) return Next::kGoOn;
  if (StateText(resource) == wanted) {
    verdict = absl::OkStatus();
    return Next::kStop;
  }
  if (CanBecome(resource, wanted)) return Next::kGoOn;
  const std::string why = WhyText(resource);
  verdict = absl::FailedPreconditionError(absl::StrCat(ref.name, " is ", StateText(resource),
                                                       " and will not become ", wanted,
                                                       why.empty() ? "" : ": ", why));
  return Next::kStop;
}

// Opens a stream, and again whenever it breaks after it was there once; `open` calls what it is
// given with each response.
absl::Status KeepOpen(const std::function<absl::Status(Absent, const std::function<void()>&)>& open,
                      const std::function<void(const std::string&)>& complain,
                      const std::function<void(absl::Duration)>& pause) {
  bool complained = false;
  Absent absent = Absent::kFail;
  const std::function<void()> note = [&] {
    complained = false;
    absent = Absent::kWait;
  };
  while (true) {
    absl::Status status = open(absent, note);
    if (status.code() != absl::StatusCode::kUnavailable || absent == Absent::kFail) return status;
    if (!complained)
      complain(absl::StrCat("lost the stream: ", status.message(), "; trying again"));
    complained = true;
    pause(kReopenDelay);
  }
}

}  // namespace

absl::Status Watch(Client& client, const WatchOptions& options, Clock& clock,
                   const std::function<bool(const std::string&)>& print,
                   const std::function<void(const std::string&)>& complain,
                   const std::function<void(absl::Duration)>& pause) {
  return KeepOpen(
      [&](Absent absent, const std::function<void()>& note) {
        return WatchOnce(client, options, absent, clock, [&](const std::string& text) {
          note();
          return print(text);
        });
      },
      complain, pause);
}

absl::Status WatchRollout(Client& client, const v1::Rollout& rollout,
                          const std::function<bool(const v1::Rollout&)>& take,
                          const std::function<void(const std::string&)>& complain,
                          const std::function<void(absl::Duration)>& pause) {
  v1::WatchRolloutsRequest request;
  request.mutable_filter()->set_by_recommendation(rollout.recommendation());
  return KeepOpen(
      [&](Absent absent, const std::function<void()>& note) {
        return Follow<v1::RolloutService::Stub, v1::WatchRolloutsRequest,
                      v1::WatchRolloutsResponse>(
            client, client.rollouts(), &v1::RolloutService::Stub::WatchRollouts, absent,
            absl::InfiniteDuration(),
            [&](const v1::WatchRolloutsResponse& response) {
              note();
              if (response.rollout().name() != rollout.name()) return Next::kGoOn;
              return take(response.rollout()) ? Next::kGoOn : Next::kStop;
            },
            request);
      },
      complain, pause);
}

absl::Status WaitForState(Client& client, const ResourceRef& ref, absl::string_view state,
                          absl::Duration limit) {
  if (ref.kind != ResourceKind::kIncident && ref.kind != ResourceKind::kRollout) {
    return absl::InvalidArgumentError("only incidents and rollouts can be waited for");
  }
  const std::string wanted = absl::AsciiStrToUpper(state);
  absl::Status known = ref.kind == ResourceKind::kIncident
                           ? CheckState(*v1::IncidentState_descriptor(), "INCIDENT_STATE_", wanted)
                           : CheckState(*v1::RolloutState_descriptor(), "ROLLOUT_STATE_", wanted);
  if (!known.ok()) return known;
  // A name that does not exist would never come in the stream.
  absl::Status exists = CheckExists(client, ref);
  if (!exists.ok()) return exists;
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
