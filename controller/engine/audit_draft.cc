#include "controller/engine/audit_draft.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controller/detect/threshold_fields.h"

namespace berthmaster {
namespace {

void AppendSetting(std::string& text, absl::string_view name, absl::string_view value) {
  absl::StrAppend(&text, " ", name, "=", value);
}

std::string RuleText(const DetectionRule& rule) {
  std::string text = rule.selector.empty() ? "everything:" : LabelsText(rule.selector) + ":";
  for (const ThresholdField<double>& field : ShareFields()) {
    const std::optional<double>& value = rule.overrides.*field.override_value;
    if (value.has_value()) AppendSetting(text, field.name, absl::StrCat(*value));
  }
  for (const ThresholdField<absl::Duration>& field : DurationFields()) {
    const std::optional<absl::Duration>& value = rule.overrides.*field.override_value;
    if (value.has_value()) AppendSetting(text, field.name, absl::FormatDuration(*value));
  }
  return text;
}

std::map<std::string, std::string> RuleTexts(const DetectionPolicy& policy) {
  std::map<std::string, std::string> texts;
  for (const DetectionRule& rule : policy.rules) texts[rule.name] = RuleText(rule);
  return texts;
}

absl::string_view RiskText(RecommendationRisk risk) {
  switch (risk) {
    case RecommendationRisk::kLow:
      return "LOW";
    case RecommendationRisk::kMedium:
      return "MEDIUM";
    case RecommendationRisk::kHigh:
      return "HIGH";
  }
  return "?";
}

std::string RuleText(const ApprovalRule& rule, size_t place) {
  std::string text = rule.selector.empty() ? "everything:" : LabelsText(rule.selector) + ":";
  AppendSetting(text, "place", absl::StrCat(place));
  for (RecommendationRisk risk : rule.risks) AppendSetting(text, "risk", RiskText(risk));
  AppendSetting(text, "approvals_required", absl::StrCat(rule.approvals_required));
  AppendSetting(text, "proposer_may_approve", rule.proposer_may_approve ? "true" : "false");
  for (const ApprovalWindow& window : rule.windows) {
    std::string days;
    for (int32_t day : window.days) absl::StrAppend(&days, day);
    AppendSetting(text, "window",
                  absl::StrCat(days, "@", absl::FormatDuration(window.start), "+",
                               absl::FormatDuration(window.length)));
  }
  return text;
}

std::map<std::string, std::string> ApprovalTexts(const ApprovalPolicy& policy) {
  std::map<std::string, std::string> texts;
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    texts[absl::StrCat("rule ", policy.rules[i].name)] = RuleText(policy.rules[i], i + 1);
  }
  for (const Freeze& freeze : policy.freezes) {
    std::string& text = texts[absl::StrCat("freeze ", freeze.name)];
    text = freeze.selector.empty() ? "everything:" : LabelsText(freeze.selector) + ":";
    AppendSetting(text, "from", absl::FormatTime(freeze.start_time, absl::UTCTimeZone()));
    AppendSetting(text, "until", absl::FormatTime(freeze.end_time, absl::UTCTimeZone()));
    AppendSetting(text, "reason", freeze.reason);
  }
  return texts;
}

std::string Order(const DetectionPolicy& policy) {
  std::string names;
  for (const DetectionRule& rule : policy.rules) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", rule.name);
  }
  return names;
}

AuditValue Setting(std::string name, std::string before, std::string after) {
  AuditValue value;
  value.sysctl = std::move(name);
  value.old_value = std::move(before);
  value.new_value = std::move(after);
  return value;
}

}  // namespace

AuditEntry AuditDraft(absl::Time now, const Caller& caller, AuditAction action, std::string object,
                      std::string reason, std::vector<AuditValue> values) {
  AuditEntry entry;
  entry.event_time = now;
  entry.actor = caller.who;
  entry.source = caller.source;
  entry.action = action;
  entry.object = std::move(object);
  entry.reason = std::move(reason);
  entry.values = std::move(values);
  return entry;
}

std::vector<AuditValue> AuditValuesOf(absl::string_view host_id, uint64_t netns_cookie,
                                      absl::string_view netns_label,
                                      const std::vector<SysctlChange>& changes) {
  std::vector<AuditValue> values;
  values.reserve(changes.size());
  for (const SysctlChange& change : changes) {
    values.push_back({std::string(host_id), netns_cookie, std::string(netns_label), change.sysctl,
                      change.expected_value, change.desired_value});
  }
  return values;
}

std::vector<AuditValue> AuditValuesOf(const Recommendation& recommendation) {
  std::vector<AuditValue> values =
      AuditValuesOf(recommendation.host_id, recommendation.netns_cookie,
                    recommendation.plan.selector.empty() ? recommendation.netns_label
                                                         : LabelsText(recommendation.plan.selector),
                    recommendation.changes);
  if (recommendation.pooling.has_value()) {
    AuditValue value = Setting("advice.connection_pool_size", "",
                               absl::StrCat(recommendation.pooling->connection_pool_size));
    value.host_id = recommendation.host_id;
    value.netns_cookie = recommendation.netns_cookie;
    value.netns_label = recommendation.netns_label;
    values.push_back(std::move(value));
  }
  return values;
}

std::vector<AuditValue> AuditValuesOf(const DetectionPolicy& before, const DetectionPolicy& after) {
  std::vector<AuditValue> values;
  if (Order(before) != Order(after)) {
    values.push_back(Setting("rules", Order(before), Order(after)));
  }
  std::map<std::string, std::string> old_texts = RuleTexts(before);
  std::map<std::string, std::string> new_texts = RuleTexts(after);
  std::set<std::string> names;
  for (const auto& entry : old_texts) names.insert(entry.first);
  for (const auto& entry : new_texts) names.insert(entry.first);
  for (const std::string& name : names) {
    if (old_texts[name] == new_texts[name]) continue;
    values.push_back(Setting("rule " + name, old_texts[name], new_texts[name]));
  }
  return values;
}

std::vector<AuditValue> AuditValuesOf(const ApprovalPolicy& before, const ApprovalPolicy& after) {
  const std::map<std::string, std::string> old_texts = ApprovalTexts(before);
  const std::map<std::string, std::string> new_texts = ApprovalTexts(after);
  std::vector<AuditValue> values;
  for (const auto& [name, text] : old_texts) {
    auto found = new_texts.find(name);
    if (found == new_texts.end()) {
      values.push_back(Setting(name, text, ""));
    } else if (found->second != text) {
      values.push_back(Setting(name, text, found->second));
    }
  }
  for (const auto& [name, text] : new_texts) {
    if (old_texts.count(name) == 0) values.push_back(Setting(name, "", text));
  }
  return values;
}

}  // namespace berthmaster
