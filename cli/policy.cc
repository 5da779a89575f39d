#include "cli/policy.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "cli/approval_file.h"
#include "cli/policy_file.h"
#include "cli/print.h"
#include "cli/strict_yaml.h"
#include "common/config/yaml_file.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

std::string Counted(int count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string SizeText(const v1::DetectionPolicy& policy) {
  return Counted(policy.rules_size(), "rule");
}
std::string SizeText(const v1::ApprovalPolicy& policy) {
  return absl::StrCat(Counted(policy.rules_size(), "rule"), " and ",
                      Counted(policy.freezes_size(), "freeze"));
}

std::string FileText(const v1::GetDetectionPolicyResponse& response) {
  return PolicyFileText(response);
}
std::string FileText(const v1::GetApprovalPolicyResponse& response) {
  return ApprovalFileText(response.policy());
}

template <typename Request, typename Response>
absl::StatusOr<std::string> GetAny(Client& client, const std::string& output,
                                   grpc::Status (v1::PolicyService::Stub::*method)(
                                       grpc::ClientContext*, const Request&, Response*)) {
  BERTHMASTER_ASSIGN_OR_RETURN(const OutputFormat format, ParseOutputFormat(output));
  BERTHMASTER_ASSIGN_OR_RETURN(const Response response,
                               client.Call(client.policies(), method, Request()));
  if (format == OutputFormat::kJson) return ToJson(response);
  if (format == OutputFormat::kName) return response.policy().name() + "\n";
  return FileText(response);
}

template <typename Policy, typename Request, typename Response>
absl::StatusOr<std::string> PutAny(Client& client, const std::string& path, const Policy& policy,
                                   const std::map<std::string, int>& lines, PolicyStep step,
                                   absl::string_view from_when,
                                   grpc::Status (v1::PolicyService::Stub::*method)(
                                       grpc::ClientContext*, const Request&, Response*)) {
  Request request;
  *request.mutable_policy() = policy;
  request.set_validate_only(step == PolicyStep::kLint);
  const absl::StatusOr<Response> response = client.Call(client.policies(), method, request);
  if (step == PolicyStep::kLint && absl::IsUnavailable(response.status())) {
    return absl::StrCat(path, ": ", SizeText(policy),
                        ", nothing wrong with the form; no controller is there to check the "
                        "bounds\n");
  }
  if (!response.ok()) return WithPlace(path, lines, response.status());
  const std::string size = SizeText(response->policy());
  if (step == PolicyStep::kLint) {
    return absl::StrCat(path, ": ", size, ", nothing wrong; nothing was changed\n");
  }
  return absl::StrCat(response->policy().name(), ": ", size, " in force from the next ", from_when,
                      " on, etag ", response->policy().etag(), "\n");
}

}  // namespace

absl::StatusOr<PolicyKind> ParsePolicyKind(const std::string& word) {
  const absl::string_view bare = absl::StripPrefix(word, "policies/");
  if (bare == "detection") return PolicyKind::kDetection;
  if (bare == "approval") return PolicyKind::kApproval;
  return absl::InvalidArgumentError(
      absl::StrCat("'", word, "' is not a policy; there are detection and approval"));
}

absl::StatusOr<std::string> GetPolicy(Client& client, PolicyKind kind, const std::string& output) {
  if (kind == PolicyKind::kApproval) {
    return GetAny(client, output, &v1::PolicyService::Stub::GetApprovalPolicy);
  }
  return GetAny(client, output, &v1::PolicyService::Stub::GetDetectionPolicy);
}

absl::StatusOr<std::string> PutPolicy(Client& client, PolicyKind kind, const std::string& path,
                                      PolicyStep step) {
  absl::StatusOr<std::string> content = ReadFile(path, kConfigFileBytesMax);
  if (!content.ok()) return content.status();
  if (kind == PolicyKind::kApproval) {
    BERTHMASTER_ASSIGN_OR_RETURN(const ApprovalFile file, ParseApprovalFile(path, *content));
    return PutAny(client, path, file.policy, file.lines, step, "decision",
                  &v1::PolicyService::Stub::UpdateApprovalPolicy);
  }
  BERTHMASTER_ASSIGN_OR_RETURN(const PolicyFile file, ParsePolicyFile(path, *content));
  return PutAny(client, path, file.policy, file.lines, step, "sample",
                &v1::PolicyService::Stub::UpdateDetectionPolicy);
}

}  // namespace berthmaster
