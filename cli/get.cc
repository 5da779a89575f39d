#include "cli/get.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/columns.h"
#include "cli/pool_kind.h"
#include "cli/table.h"
#include "common/net/endpoint.h"
#include "common/net/ip_address.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::Status Unfit(absl::string_view flag, ResourceKind kind) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " does not narrow ", CollectionOf(kind)));
}

absl::Status CheckFilters(ResourceKind kind, const GetOptions& options) {
  bool has_state = kind == ResourceKind::kIncident || kind == ResourceKind::kRecommendation ||
                   kind == ResourceKind::kRollout || kind == ResourceKind::kSilence;
  if (!options.state.empty() && !has_state) return Unfit("state", kind);
  if (!options.destination.empty() && kind != ResourceKind::kPool)
    return Unfit("destination", kind);
  if (!options.kind.empty() && kind != ResourceKind::kPool) return Unfit("kind", kind);
  bool has_netns = kind == ResourceKind::kPool || kind == ResourceKind::kIncident;
  if (!options.netns.empty() && !has_netns) return Unfit("netns", kind);
  bool has_host = kind != ResourceKind::kHost && kind != ResourceKind::kSilence;
  if (!options.host.empty() && !has_host) return Unfit("host", kind);
  if (options.silenced.empty()) return absl::OkStatus();
  if (kind != ResourceKind::kIncident) return Unfit("silenced", kind);
  if (options.silenced != "true" && options.silenced != "false") {
    return absl::InvalidArgumentError(
        absl::StrCat("--silenced '", options.silenced, "' is neither true nor false"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> HostFilter(const GetOptions& options) {
  if (options.host.empty()) return std::string();
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef host,
                               ParseResourceNameOf(ResourceKind::kHost, options.host));
  return host.name;
}

// The enum value that `state` names, given its generated parser and prefix; 0 for an empty one.
template <typename Enum>
absl::StatusOr<Enum> StateFilter(const std::string& state, absl::string_view prefix,
                                 bool (*parse)(google::protobuf::ConstStringParam, Enum*)) {
  Enum value{};
  std::string name = absl::StrCat(prefix, absl::AsciiStrToUpper(state));
  if (!state.empty() && !parse(name, &value)) {
    return absl::InvalidArgumentError(absl::StrCat("'", state, "' is not a state of this kind"));
  }
  return value;
}

template <typename Resources>
std::string TableOf(const Resources& resources, absl::Time now) {
  Table table(Heading<typename Resources::value_type>());
  for (const auto& resource : resources) table.AddRow(Cells(resource, now));
  return table.Render();
}

template <typename Response, typename Resources>
absl::StatusOr<std::string> Render(const Response& response, const Resources& resources,
                                   const GetOptions& options, absl::Time now) {
  return berthmaster::Render(
      response, options.format,
      [&] {
        std::string names;
        for (const auto& resource : resources) absl::StrAppend(&names, resource.name(), "\n");
        return names;
      },
      [&] { return TableOf(resources, now); });
}

// Keeps what `--netns LABEL` names; a full name is filtered by the server already.
template <typename Resources>
void KeepNetns(const std::string& netns, Resources& resources) {
  if (netns.empty() || netns.find('/') != std::string::npos) return;
  auto other = std::remove_if(resources.begin(), resources.end(), [&netns](const auto& resource) {
    return resource.netns_label() != netns;
  });
  resources.erase(other, resources.end());
}

absl::StatusOr<std::string> GetPools(Client& client, const GetOptions& options, absl::Time now) {
  v1::ListPoolsRequest request;
  v1::PoolFilter& filter = *request.mutable_filter();
  BERTHMASTER_ASSIGN_OR_RETURN(*filter.mutable_by_host(), HostFilter(options));
  if (options.netns.find('/') != std::string::npos) filter.set_by_netns(options.netns);
  if (!options.kind.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(v1::PoolKind kind, ParsePoolKind(options.kind));
    filter.set_by_kind(kind);
  }
  if (IpAddress::Parse(options.destination).ok()) {
    filter.set_by_destination_address(options.destination);
  } else if (!options.destination.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(Endpoint endpoint, ParseEndpoint(options.destination));
    filter.set_by_destination_address(endpoint.host);
    filter.set_by_destination_port(endpoint.listen_port);
  }
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListPoolsResponse response,
      client.CallAllPages(client.pools(), &v1::PoolService::Stub::ListPools, request));
  KeepNetns(options.netns, *response.mutable_pools());
  return Render(response, response.pools(), options, now);
}

absl::StatusOr<std::string> GetIncidents(Client& client, const GetOptions& options,
                                         absl::Time now) {
  v1::ListIncidentsRequest request;
  BERTHMASTER_ASSIGN_OR_RETURN(*request.mutable_filter()->mutable_by_host(), HostFilter(options));
  if (options.netns.find('/') != std::string::npos) {
    request.mutable_filter()->set_by_netns(options.netns);
  }
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::IncidentState state,
      StateFilter(options.state, "INCIDENT_STATE_", &v1::IncidentState_Parse));
  if (state != 0) request.mutable_filter()->add_by_states(state);
  if (!options.silenced.empty()) {
    request.mutable_filter()->set_by_silenced(options.silenced == "true");
  }
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListIncidentsResponse response,
      client.CallAllPages(client.incidents(), &v1::IncidentService::Stub::ListIncidents, request));
  KeepNetns(options.netns, *response.mutable_incidents());
  return Render(response, response.incidents(), options, now);
}

absl::StatusOr<std::string> GetRecommendations(Client& client, const GetOptions& options,
                                               absl::Time now) {
  v1::ListRecommendationsRequest request;
  BERTHMASTER_ASSIGN_OR_RETURN(*request.mutable_filter()->mutable_by_host(), HostFilter(options));
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::RecommendationState state,
      StateFilter(options.state, "RECOMMENDATION_STATE_", &v1::RecommendationState_Parse));
  if (state != 0) request.mutable_filter()->add_by_states(state);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListRecommendationsResponse response,
      client.CallAllPages(client.recommendations(),
                          &v1::RecommendationService::Stub::ListRecommendations, request));
  return Render(response, response.recommendations(), options, now);
}

absl::StatusOr<std::string> GetRollouts(Client& client, const GetOptions& options, absl::Time now) {
  v1::ListRolloutsRequest request;
  BERTHMASTER_ASSIGN_OR_RETURN(*request.mutable_filter()->mutable_by_host(), HostFilter(options));
  BERTHMASTER_ASSIGN_OR_RETURN(v1::RolloutState state, StateFilter(options.state, "ROLLOUT_STATE_",
                                                                   &v1::RolloutState_Parse));
  if (state != 0) request.mutable_filter()->add_by_states(state);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListRolloutsResponse response,
      client.CallAllPages(client.rollouts(), &v1::RolloutService::Stub::ListRollouts, request));
  return Render(response, response.rollouts(), options, now);
}

absl::StatusOr<std::string> GetSilences(Client& client, const GetOptions& options, absl::Time now) {
  v1::ListSilencesRequest request;
  BERTHMASTER_ASSIGN_OR_RETURN(v1::SilenceState state, StateFilter(options.state, "SILENCE_STATE_",
                                                                   &v1::SilenceState_Parse));
  if (state != 0) request.mutable_filter()->add_by_states(state);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListSilencesResponse response,
      client.CallAllPages(client.silences(), &v1::SilenceService::Stub::ListSilences, request));
  return Render(response, response.silences(), options, now);
}

absl::StatusOr<std::string> GetNamespaces(Client& client, const GetOptions& options,
                                          absl::Time now) {
  v1::ListNamespacesRequest request;
  BERTHMASTER_ASSIGN_OR_RETURN(*request.mutable_parent(), HostFilter(options));
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListNamespacesResponse response,
      client.CallAllPages(client.hosts(), &v1::HostService::Stub::ListNamespaces, request));
  return Render(response, response.namespaces(), options, now);
}

absl::StatusOr<std::string> GetHosts(Client& client, const GetOptions& options, absl::Time now) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListHostsResponse response,
      client.CallAllPages(client.hosts(), &v1::HostService::Stub::ListHosts,
                          v1::ListHostsRequest()));
  return Render(response, response.hosts(), options, now);
}

}  // namespace

absl::StatusOr<std::string> Get(Client& client, ResourceKind kind, const GetOptions& options,
                                absl::Time now) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFilters(kind, options));
  switch (kind) {
    case ResourceKind::kHost:
      return GetHosts(client, options, now);
    case ResourceKind::kNamespace:
      return GetNamespaces(client, options, now);
    case ResourceKind::kPool:
      return GetPools(client, options, now);
    case ResourceKind::kIncident:
      return GetIncidents(client, options, now);
    case ResourceKind::kRecommendation:
      return GetRecommendations(client, options, now);
    case ResourceKind::kRollout:
      return GetRollouts(client, options, now);
    case ResourceKind::kSilence:
      return GetSilences(client, options, now);
  }
  return absl::InternalError("no such kind");
}

}  // namespace berthmaster
