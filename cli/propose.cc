#include "cli/propose.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "cli/columns.h"
#include "cli/decide.h"
#include "cli/flag_values.h"
#include "cli/format.h"
#include "cli/page.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

absl::Status FillPlan(const ProposeOptions& options, v1::RolloutPlan& plan) {
  BERTHMASTER_ASSIGN_OR_RETURN(const auto selector, ParseSelectorFlag(options.selector));
  plan.mutable_selector()->insert(selector.begin(), selector.end());
  plan.set_canary_count(options.canary_count);
  for (const std::string& text : options.waves) {
    BERTHMASTER_ASSIGN_OR_RETURN(*plan.add_waves(), ParseWaveFlag(text));
  }
  if (!options.soak.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(const absl::Duration soak,
                                 ParseDurationFlag("--soak", options.soak));
    *plan.mutable_soak() = ToProto(soak);
  }
  plan.set_failed_targets_max(options.failed_targets_max);
  plan.set_pause_after_canary(options.pause_after_canary);
  plan.set_follows(options.follows);
  plan.set_persist(options.persist);
  return absl::OkStatus();
}

absl::StatusOr<v1::ProposeChangeRequest> RequestOf(const ProposeOptions& options) {
  v1::ProposeChangeRequest request;
  for (const std::string& text : options.set) {
    BERTHMASTER_ASSIGN_OR_RETURN(const auto pair, ParseSetFlag(text));
    if (request.desired_values().contains(pair.first)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--set ", pair.first, " is given twice; it can have one value"));
    }
    (*request.mutable_desired_values())[pair.first] = pair.second;
  }
  BERTHMASTER_RETURN_IF_ERROR(FillPlan(options, *request.mutable_plan()));
  request.set_reason(options.reason);
  request.set_validate_only(options.validate_only);
  return request;
}

std::string NeededText(const v1::Recommendation& recommendation) {
  const int needed = recommendation.approvals_required();
  if (needed == 0) return "by a policy itself";
  return absl::StrCat(needed, needed == 1 ? " person" : " different people");
}

// Names, and how many there are if not all are named.
void AppendNames(absl::string_view title,
                 const google::protobuf::RepeatedPtrField<std::string>& names, int count,
                 Page& page) {
  if (names.empty()) return;
  page.BeginSection(absl::StrCat(title, " (", count, ")"));
  for (const std::string& name : names) page.AddText(name);
  if (count > names.size()) page.AddText(absl::StrCat("and ", count - names.size(), " more"));
}

}  // namespace

std::string ProposalText(const v1::ProposeChangeResponse& response) {
  const v1::Recommendation& made = response.recommendation();
  Page page;
  page.AddFact("Summary", made.summary());
  page.AddFact("Risk", RiskText(made));
  page.AddFact("To be approved by", NeededText(made));
  page.AddFact("Expires", MomentText(made.has_expire_time(), made.expire_time()));
  AppendPlan(made.plan(), page);
  AppendNames("Would change", response.netns(), made.target_count(), page);
  AppendNames("Left out", response.left_out(), response.left_out_size(), page);
  if (made.what_if().before().capacity() > 0) {
    AppendWhatIf(made.what_if(), page);
  }
  AppendAdvice(response.advice(), page);
  const std::string last =
      made.name().empty()
          ? "it can be proposed; nothing was changed"
          : absl::StrCat(made.name(), " ", StateText(made), "; approve it with: berthctl approve ",
                         made.name(), " --reason TEXT");
  return absl::StrCat(page.text(), "\n", last, "\n");
}

absl::StatusOr<std::string> Propose(Client& client, const ProposeOptions& options, Random& random) {
  BERTHMASTER_ASSIGN_OR_RETURN(v1::ProposeChangeRequest request, RequestOf(options));
  request.set_request_id(NewUuid(random));
  BERTHMASTER_ASSIGN_OR_RETURN(
      const v1::ProposeChangeResponse response,
      client.Call(client.recommendations(), &v1::RecommendationService::Stub::ProposeChange,
                  request));
  return Render(
      response, options.format, [&] { return response.recommendation().name() + "\n"; },
      [&] { return ProposalText(response); });
}

}  // namespace berthmaster
