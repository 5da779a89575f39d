#include "tests/remedies/remedy_case.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/net/ip_address.h"
#include "common/status/annotate.h"

namespace berthmaster {

ScopedNetns& RemedyStage::judged() {
  return routed().router != nullptr ? *routed().router : netns();
}

int RemedyStage::failure_count() const {
  int count = request_client == nullptr ? 0 : request_client->failed_count();
  for (const Load* load : loads_) count += load->exhausted_count() + load->failed_count();
  return count;
}

Load& RemedyStage::RunLoad(LoadPlan plan) {
  loads_.push_back(&Run(std::move(plan)));
  return *loads_.back();
}

absl::Status WriteChanges(RemedyStage& stage, const Recommendation& recommendation) {
  for (const SysctlChange& change : recommendation.changes) {
    BERTHMASTER_ASSIGN_OR_RETURN(const std::string value, stage.judged().GetSysctl(change.sysctl));
    if (value != change.expected_value) {
      return absl::FailedPreconditionError(
          absl::StrCat(change.sysctl, " is '", value, "' and not '", change.expected_value, "'"));
    }
    BERTHMASTER_RETURN_IF_ERROR(stage.judged().SetSysctl(change.sysctl, change.desired_value));
  }
  return absl::OkStatus();
}

PoolKey ConnectKey(const std::string& source, const std::string& destination,
                   uint16_t destination_port) {
  return {IpAddress::Parse(source).value(), IpAddress::Parse(destination).value(),
          destination_port};
}

}  // namespace berthmaster
