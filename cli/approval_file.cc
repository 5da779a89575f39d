#include "cli/approval_file.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/format.h"
#include "cli/strict_yaml.h"
#include "common/config/yaml_file.h"
#include "common/status/annotate.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

// Monday is 1 in the contract.
constexpr absl::string_view kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// "22:00", at most 24:00.
bool ParseTimeOfDay(absl::string_view text, absl::Duration& since_midnight) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2 && parts.size() != 3) return false;
  int64_t values[3] = {0, 0, 0};
  for (size_t i = 0; i < parts.size(); ++i) {
    const bool is_number = parts[i].size() == 2 && absl::ascii_isdigit(parts[i][0]) &&
                           absl::ascii_isdigit(parts[i][1]);
    if (!is_number || !absl::SimpleAtoi(parts[i], &values[i])) return false;
  }
  if (values[1] > 59 || values[2] > 59) return false;
  since_midnight = absl::Hours(values[0]) + absl::Minutes(values[1]) + absl::Seconds(values[2]);
  return since_midnight <= absl::Hours(24);
}

std::string TimeOfDayText(const google::protobuf::Duration& since_midnight) {
  const int64_t seconds = since_midnight.seconds();
  const std::string minutes = absl::StrFormat("%02d:%02d", seconds / 3600, seconds / 60 % 60);
  return seconds % 60 == 0 ? minutes : absl::StrFormat("%s:%02d", minutes, seconds % 60);
}

std::string FullTimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", ToTime(time), absl::UTCTimeZone());
}

std::string RiskWord(int risk) {
  return EnumText(v1::RecommendationRisk_Name(static_cast<v1::RecommendationRisk>(risk)),
                  "RECOMMENDATION_RISK_");
}

// Walks the tree once.
class ApprovalReader {
 public:
  explicit ApprovalReader(const StrictYaml& yaml) : yaml_(yaml) {}

  absl::StatusOr<ApprovalFile> Read() {
    const Node& root = yaml_.root();
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckKeys(root, "the policy", {"etag", "rules", "freezes"}));
    if (const Node* etag = yaml_.Find(root, "etag"); etag != nullptr) {
      BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckText(*etag, "etag"));
      file_.policy.set_etag(etag->text);
    }
    // Both must be there: a file without freezes ends those in force.
    for (const char* key : {"rules", "freezes"}) {
      const Node* list = yaml_.Find(root, key);
      if (list == nullptr) {
        return yaml_.Bad(root.line,
                         absl::StrCat("the key ", key, " is missing; without ", key, " write []"));
      }
      BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckList(*list, key));
      for (YamlTree::Index index : list->items) {
        const Node& item = yaml_.node(index);
        BERTHMASTER_RETURN_IF_ERROR(*key == 'r' ? ReadRule(item) : ReadFreeze(item));
      }
    }
    return std::move(file_);
  }

 private:
  using Node = StrictYaml::Node;

  absl::Status ReadRule(const Node& node) {
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckKeys(
        node, "a rule",
        {"name", "selector", "risks", "approvals_required", "proposer_may_approve", "windows"}));
    v1::ApprovalRule& rule = *file_.policy.add_rules();
    BERTHMASTER_ASSIGN_OR_RETURN(*rule.mutable_name(),
                                 yaml_.RequireName(node, "rule", file_.lines));
    BERTHMASTER_ASSIGN_OR_RETURN(const auto selector, yaml_.ReadSelector(node));
    rule.mutable_selector()->insert(selector.begin(), selector.end());
    if (const Node* risks = yaml_.Find(node, "risks"); risks != nullptr) {
      BERTHMASTER_RETURN_IF_ERROR(ReadRisks(*risks, rule));
    }
    BERTHMASTER_RETURN_IF_ERROR(ReadApprovals(node, rule));
    const Node* windows = yaml_.Find(node, "windows");
    if (windows == nullptr) return absl::OkStatus();
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckList(*windows, "windows"));
    for (YamlTree::Index index : windows->items) {
      BERTHMASTER_RETURN_IF_ERROR(ReadWindow(yaml_.node(index), *rule.add_windows()));
    }
    return absl::OkStatus();
  }

  absl::Status ReadRisks(const Node& node, v1::ApprovalRule& rule) const {
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckList(node, "risks"));
    for (YamlTree::Index index : node.items) {
      const Node& item = yaml_.node(index);
      BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckText(item, "risks"));
      v1::RecommendationRisk risk = v1::RECOMMENDATION_RISK_UNSPECIFIED;
      const std::string name =
          absl::StrCat("RECOMMENDATION_RISK_", absl::AsciiStrToUpper(item.text));
      if (!v1::RecommendationRisk_Parse(name, &risk) ||
          risk == v1::RECOMMENDATION_RISK_UNSPECIFIED) {
        return yaml_.Bad(item.line, absl::StrCat(ShownValue("risks", item.text),
                                                 " is no risk; there are LOW, MEDIUM, HIGH"));
      }
      rule.add_risks(risk);
    }
    return absl::OkStatus();
  }

  absl::Status ReadApprovals(const Node& node, v1::ApprovalRule& rule) const {
    BERTHMASTER_ASSIGN_OR_RETURN(const std::string text,
                                 yaml_.RequireText(node, "rule", "approvals_required"));
    int32_t approvals = 0;
    if (!absl::SimpleAtoi(text, &approvals)) {
      return yaml_.Bad(yaml_.Find(node, "approvals_required")->line,
                       absl::StrCat(ShownValue("approvals_required", text),
                                    " is not a number of people, such as 2"));
    }
    rule.set_approvals_required(approvals);
    const Node* may = yaml_.Find(node, "proposer_may_approve");
    if (may == nullptr) return absl::OkStatus();
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckText(*may, "proposer_may_approve"));
    if (may->text != "true" && may->text != "false") {
      return yaml_.Bad(may->line, absl::StrCat(ShownValue("proposer_may_approve", may->text),
                                               " is neither true nor false"));
    }
    rule.set_proposer_may_approve(may->text == "true");
    return absl::OkStatus();
  }

  absl::Status ReadWindow(const Node& node, v1::ApprovalWindow& window) const {
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckKeys(node, "a window", {"days", "start", "length"}));
    if (const Node* days = yaml_.Find(node, "days"); days != nullptr) {
      BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckList(*days, "days"));
      for (YamlTree::Index index : days->items) {
        BERTHMASTER_ASSIGN_OR_RETURN(const int32_t day, ReadDay(yaml_.node(index)));
        window.add_days(day);
      }
    }
    BERTHMASTER_ASSIGN_OR_RETURN(const std::string start,
                                 yaml_.RequireText(node, "window", "start"));
    absl::Duration since_midnight;
    if (!ParseTimeOfDay(start, since_midnight)) {
      return yaml_.Bad(yaml_.Find(node, "start")->line,
                       absl::StrCat(ShownValue("start", start),
                                    " is not a time of day in UTC, such as \"22:00\""));
    }
    *window.mutable_start() = ToProto(since_midnight);
    const Node* length = yaml_.Find(node, "length");
    if (length == nullptr) return yaml_.Bad(node.line, "the window has no length");
    BERTHMASTER_ASSIGN_OR_RETURN(const absl::Duration lasts, yaml_.ReadDuration(*length, "length"));
    *window.mutable_length() = ToProto(lasts);
    return absl::OkStatus();
  }

  absl::StatusOr<int32_t> ReadDay(const Node& node) const {
    BERTHMASTER_RETURN_IF_ERROR(yaml_.CheckText(node, "days"));
    const auto* found =
        std::find(std::begin(kDays), std::end(kDays), absl::AsciiStrToLower(node.text));
    if (found != std::end(kDays)) return static_cast<int32_t>(found - std::begin(kDays)) + 1;
    return yaml_.Bad(node.line, absl::StrCat(ShownValue("days", node.text),
                                             " is no day; there are ", absl::StrJoin(kDays, ", ")));
  }

  absl::Status ReadFreeze(const Node& node) {
    BERTHMASTER_RETURN_IF_ERROR(
        yaml_.CheckKeys(node, "a freeze", {"name", "selector", "from", "until", "reason"}));
    v1::Freeze& freeze = *file_.policy.add_freezes();
    BERTHMASTER_ASSIGN_OR_RETURN(*freeze.mutable_name(),
                                 yaml_.RequireName(node, "freeze", file_.lines));
    BERTHMASTER_ASSIGN_OR_RETURN(const auto selector, yaml_.ReadSelector(node));
    freeze.mutable_selector()->insert(selector.begin(), selector.end());
    BERTHMASTER_ASSIGN_OR_RETURN(*freeze.mutable_start_time(), ReadTime(node, "from"));
    BERTHMASTER_ASSIGN_OR_RETURN(*freeze.mutable_end_time(), ReadTime(node, "until"));
    BERTHMASTER_ASSIGN_OR_RETURN(*freeze.mutable_reason(),
                                 yaml_.RequireText(node, "freeze", "reason"));
    return absl::OkStatus();
  }

  absl::StatusOr<google::protobuf::Timestamp> ReadTime(const Node& map,
                                                       absl::string_view key) const {
    BERTHMASTER_ASSIGN_OR_RETURN(const std::string text, yaml_.RequireText(map, "freeze", key));
    absl::Time time;
    std::string error;
    const bool is_time = absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
                         time != absl::InfiniteFuture() && time != absl::InfinitePast();
    if (is_time) return ToProto(time);
    return yaml_.Bad(
        yaml_.Find(map, key)->line,
        absl::StrCat(ShownValue(key, text), " is not a time such as 2026-01-31T22:00:00Z"));
  }

  const StrictYaml& yaml_;
  ApprovalFile file_;
};

template <typename Map>
std::string SelectorText(const Map& selector) {
  return SelectorYaml({selector.begin(), selector.end()}, "    ");
}

std::string WindowText(const v1::ApprovalWindow& window) {
  std::vector<absl::string_view> days;
  for (int day : window.days()) {
    if (day >= 1 && day <= 7) days.push_back(kDays[day - 1]);
  }
  return absl::StrCat("      - start: \"", TimeOfDayText(window.start()), "\"\n",
                      "        length: ", absl::FormatDuration(ToDuration(window.length())), "\n",
                      days.empty() ? "" : "        days: [", absl::StrJoin(days, ", "),
                      days.empty() ? "" : "]\n");
}

}  // namespace

absl::StatusOr<ApprovalFile> ParseApprovalFile(absl::string_view name, absl::string_view content) {
  BERTHMASTER_ASSIGN_OR_RETURN(const StrictYaml yaml, StrictYaml::Parse(name, content));
  return ApprovalReader(yaml).Read();
}

std::string ApprovalFileText(const v1::ApprovalPolicy& policy) {
  std::string text =
      "# Who must approve what. Of the rules that select a namespace and a risk the last decides;\n"
      "# without one: 1 approval for LOW and MEDIUM, 2 for HIGH, of which none is the proposer's.\n"
      "# Windows are in UTC. Freezes win over every rule.\n";
  absl::StrAppend(&text, "etag: ", QuoteYaml(policy.etag()), "\n");
  absl::StrAppend(&text, policy.rules().empty() ? "rules: []\n" : "rules:\n");
  for (const v1::ApprovalRule& rule : policy.rules()) {
    absl::StrAppend(&text, "  - name: ", QuoteYaml(rule.name()), "\n",
                    SelectorText(rule.selector()));
    std::vector<std::string> risks;
    for (int risk : rule.risks()) risks.push_back(RiskWord(risk));
    if (!risks.empty()) {
      absl::StrAppend(&text, "    risks: [", absl::StrJoin(risks, ", "), "]\n");
    }
    absl::StrAppend(&text, "    approvals_required: ", rule.approvals_required(), "\n");
    absl::StrAppend(
        &text, "    proposer_may_approve: ", rule.proposer_may_approve() ? "true" : "false", "\n");
    if (!rule.windows().empty()) absl::StrAppend(&text, "    windows:\n");
    for (const v1::ApprovalWindow& window : rule.windows()) {
      absl::StrAppend(&text, WindowText(window));
    }
  }
  absl::StrAppend(&text, policy.freezes().empty() ? "freezes: []\n" : "freezes:\n");
  for (const v1::Freeze& freeze : policy.freezes()) {
    absl::StrAppend(&text, "  - name: ", QuoteYaml(freeze.name()), "\n",
                    SelectorText(freeze.selector()),
                    "    from: ", FullTimeText(freeze.start_time()),
                    "\n    until: ", FullTimeText(freeze.end_time()),
                    "\n    reason: ", QuoteYaml(freeze.reason()), "\n");
  }
  return text;
}

}  // namespace berthmaster
