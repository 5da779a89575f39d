#include "cli/policy.h"

#include "absl/strings/str_cat.h"
#include "cli/policy_file.h"
#include "cli/print.h"
#include "common/config/yaml_file.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {

absl::StatusOr<std::string> GetPolicy(Client& client, const std::string& output) {
  BERTHMASTER_ASSIGN_OR_RETURN(OutputFormat format, ParseOutputFormat(output));
  BERTHMASTER_ASSIGN_OR_RETURN(
      v1::GetDetectionPolicyResponse response,
      client.Call(client.policies(), &v1::PolicyService::Stub::GetDetectionPolicy,
                  v1::GetDetectionPolicyRequest()));
  if (format == OutputFormat::kJson) return ToJson(response);
  if (format == OutputFormat::kName) return response.policy().name() + "\n";
  return PolicyFileText(response);
}

absl::StatusOr<std::string> PutPolicy(Client& client, const std::string& path, PolicyStep step) {
  absl::StatusOr<std::string> content = ReadFile(path, kConfigFileBytesMax);
  if (!content.ok()) return content.status();
  BERTHMASTER_ASSIGN_OR_RETURN(PolicyFile file, ParsePolicyFile(path, *content));
  v1::UpdateDetectionPolicyRequest request;
  *request.mutable_policy() = file.policy;
  request.set_validate_only(step == PolicyStep::kLint);
  absl::StatusOr<v1::UpdateDetectionPolicyResponse> response =
      client.Call(client.policies(), &v1::PolicyService::Stub::UpdateDetectionPolicy, request);
  if (!response.ok()) return file.WithPlace(response.status());
  const int rules = response->policy().rules_size();
  if (step == PolicyStep::kLint) {
    return absl::StrCat(path, ": ", rules, " rules, nothing wrong; nothing was changed\n");
  }
  return absl::StrCat(response->policy().name(), ": ", rules,
                      " rules in force from the next sample on, etag ", response->policy().etag(),
                      "\n");
}

}  // namespace berthmaster
