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

}  // namespace berthmaster
