#include "cli/decide.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/columns.h"
#include "cli/resource_name.h"
#include "common/status/annotate.h"

namespace berthmaster {

std::string NewUuid(Random& random) {
  uint64_t high = (random.Next() & ~uint64_t{0xF000}) | 0x4000;
  uint64_t low = (random.Next() & ~(uint64_t{3} << 62)) | (uint64_t{2} << 62);
  return absl::StrFormat("%08x-%04x-%04x-%04x-%012x", high >> 32, high >> 16 & 0xFFFF,
                         high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
}

absl::StatusOr<std::pair<std::string, std::string>> ParseSetFlag(absl::string_view text) {
  size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--set '", text,
                     "' is not SYSCTL=VALUE, such as net.ipv4.ip_local_port_range='20000 60999'"));
  }
  return std::make_pair(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
}

namespace {

// " with 1 of 2 approvals"; nothing where none is needed.
std::string ApprovalsClause(const v1::Recommendation& recommendation) {
  if (recommendation.approvals_required() == 0) return "";
  return absl::StrCat(" with ", recommendation.approvals_size(), " of ",
                      recommendation.approvals_required(), " approvals");
}

// What happens next to a recommendation that was just approved.
std::string NextStep(const v1::Recommendation& recommendation) {
  if (recommendation.state() == v1::RECOMMENDATION_STATE_PROPOSED) {
    return absl::StrCat("it starts when ",
                        recommendation.approvals_required() - recommendation.approvals_size(),
                        " more of other people have approved it");
  }
  if (recommendation.rollout().empty()) return "no agent has to do anything";
  return absl::StrCat("follow it with: berthctl rollout status ", recommendation.rollout());
}

}  // namespace

absl::StatusOr<std::string> Approve(Client& client, const DecideOptions& options, Random& random) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kRecommendation, options.name));
  v1::ApproveRecommendationRequest request;
  request.set_name(ref.name);
  request.set_reason(options.reason);
  request.set_etag(options.etag);
  request.set_request_id(NewUuid(random));
  request.set_validate_only(options.validate_only);
  for (const auto& [sysctl, value] : options.desired_values) {
    (*request.mutable_desired_values())[sysctl] = value;
  }
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ApproveRecommendationResponse response,
      client.Call(client.recommendations(), &v1::RecommendationService::Stub::ApproveRecommendation,
                  request));
  const v1::Recommendation& decided = response.recommendation();
  if (options.validate_only) {
    return absl::StrCat(decided.name(), " can be approved",
                        decided.approvals_required() == 0
                            ? ""
                            : absl::StrCat("; it has ", decided.approvals_size(), " of ",
                                           decided.approvals_required(), " approvals now"),
                        "; nothing was changed\n");
  }
  return absl::StrCat(decided.name(), " ", StateText(decided), ApprovalsClause(decided), "; ",
                      NextStep(decided), "\n");
}

absl::StatusOr<std::string> Reject(Client& client, const DecideOptions& options, Random& random) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kRecommendation, options.name));
  v1::RejectRecommendationRequest request;
  request.set_name(ref.name);
  request.set_reason(options.reason);
  request.set_etag(options.etag);
  request.set_request_id(NewUuid(random));
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::RejectRecommendationResponse response,
      client.Call(client.recommendations(), &v1::RecommendationService::Stub::RejectRecommendation,
                  request));
  const v1::Recommendation& decided = response.recommendation();
  return absl::StrCat(decided.name(), " ", StateText(decided), ApprovalsClause(decided), "\n");
}

absl::StatusOr<std::string> Acknowledge(Client& client, const DecideOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kIncident, options.name));
  v1::AcknowledgeIncidentRequest request;
  request.set_name(ref.name);
  request.set_etag(options.etag);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::AcknowledgeIncidentResponse response,
      client.Call(client.incidents(), &v1::IncidentService::Stub::AcknowledgeIncident, request));
  return absl::StrCat(response.incident().name(), " ", StateText(response.incident()), "\n");
}

absl::StatusOr<std::string> Resolve(Client& client, const DecideOptions& options) {
  BERTHMASTER_ASSIGN_OR_RETURN(ResourceRef ref,
                               ParseResourceNameOf(ResourceKind::kIncident, options.name));
  v1::ResolveIncidentRequest request;
  request.set_name(ref.name);
  request.set_reason(options.reason);
  request.set_etag(options.etag);
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::ResolveIncidentResponse response,
      client.Call(client.incidents(), &v1::IncidentService::Stub::ResolveIncident, request));
  return absl::StrCat(response.incident().name(), " ", StateText(response.incident()), "\n");
}

}  // namespace berthmaster
