#include "cli/describe.h"

#include "absl/strings/str_cat.h"
#include "cli/columns.h"
#include "cli/page.h"
#include "cli/table.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// The resource in `format`, with `append` for people.
template <typename Resource>
absl::StatusOr<std::string> Render(const Resource& resource, OutputFormat format,
                                   void (*append)(const Resource&, Page&), Page& page) {
  return berthmaster::Render(
      resource, format, [&] { return resource.name() + "\n"; },
      [&] {
        append(resource, page);
        return page.text();
      });
}

absl::StatusOr<std::string> DescribeIncident(Client& client, const std::string& name,
                                             OutputFormat format, absl::Time now) {
  v1::GetIncidentRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetIncidentResponse response,
      client.Call(client.incidents(), &v1::IncidentService::Stub::GetIncident, request));
  Page page;
  BERTHMASTER_ASSIGN_OR_RETURN(std::string text,
                               Render(response.incident(), format, &AppendIncident, page));
  if (format != OutputFormat::kTable) return text;

  v1::ListRecommendationsRequest recommendations;
  recommendations.mutable_filter()->set_by_incident(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ListRecommendationsResponse found,
      client.CallAllPages(client.recommendations(),
                          &v1::RecommendationService::Stub::ListRecommendations, recommendations));
  if (found.recommendations().empty()) return text;
  Table table(Heading<v1::Recommendation>());
  for (const v1::Recommendation& recommendation : found.recommendations()) {
    table.AddRow(Cells(recommendation, now));
  }
  page.BeginSection("Recommendations");
  page.AddText(table.Render());
  return page.text();
}

absl::StatusOr<std::string> DescribeHost(Client& client, const std::string& name,
                                         OutputFormat format) {
  v1::GetHostRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetHostResponse response,
      client.Call(client.hosts(), &v1::HostService::Stub::GetHost, request));
  Page page;
  return Render(response.host(), format, &AppendHost, page);
}

absl::StatusOr<std::string> DescribeNamespace(Client& client, const std::string& name,
                                              OutputFormat format) {
  v1::GetNamespaceRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetNamespaceResponse response,
      client.Call(client.hosts(), &v1::HostService::Stub::GetNamespace, request));
  Page page;
  return Render(response.netns(), format, &AppendNetns, page);
}

absl::StatusOr<std::string> DescribePool(Client& client, const std::string& name,
                                         OutputFormat format) {
  v1::GetPoolRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetPoolResponse response,
      client.Call(client.pools(), &v1::PoolService::Stub::GetPool, request));
  Page page;
  return Render(response.pool(), format, &AppendPool, page);
}

absl::StatusOr<std::string> DescribeRecommendation(Client& client, const std::string& name,
                                                   OutputFormat format) {
  v1::GetRecommendationRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetRecommendationResponse response,
      client.Call(client.recommendations(), &v1::RecommendationService::Stub::GetRecommendation,
                  request));
  Page page;
  return Render(response.recommendation(), format, &AppendRecommendation, page);
}

absl::StatusOr<std::string> DescribeRollout(Client& client, const std::string& name,
                                            OutputFormat format) {
  v1::GetRolloutRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetRolloutResponse response,
      client.Call(client.rollouts(), &v1::RolloutService::Stub::GetRollout, request));
  Page page;
  return Render(response.rollout(), format, &AppendRollout, page);
}

absl::StatusOr<std::string> DescribeSilence(Client& client, const std::string& name,
                                            OutputFormat format) {
  v1::GetSilenceRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetSilenceResponse response,
      client.Call(client.silences(), &v1::SilenceService::Stub::GetSilence, request));
  Page page;
  return Render(response.silence(), format, &AppendSilence, page);
}

}  // namespace

absl::StatusOr<std::string> Describe(Client& client, const ResourceRef& ref, OutputFormat format,
                                     absl::Time now) {
  switch (ref.kind) {
    case ResourceKind::kHost:
      return DescribeHost(client, ref.name, format);
    case ResourceKind::kNamespace:
      return DescribeNamespace(client, ref.name, format);
    case ResourceKind::kPool:
      return DescribePool(client, ref.name, format);
    case ResourceKind::kIncident:
      return DescribeIncident(client, ref.name, format, now);
    case ResourceKind::kRecommendation:
      return DescribeRecommendation(client, ref.name, format);
    case ResourceKind::kRollout:
      return DescribeRollout(client, ref.name, format);
    case ResourceKind::kSilence:
      return DescribeSilence(client, ref.name, format);
  }
  return absl::InternalError("no such kind");
}

}  // namespace berthmaster
