#include "controller/store/sqlite/approval_policy_rows.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace berthmaster {
namespace {

constexpr int64_t kPolicyId = 1;
constexpr int kBits = 31;

template <typename Number>
int32_t MaskOf(const std::set<Number>& numbers) {
  uint32_t mask = 0;
  for (Number number : numbers) mask |= uint32_t{1} << static_cast<uint32_t>(number);
  return static_cast<int32_t>(mask);
}

template <typename Number>
std::set<Number> NumbersOf(int32_t mask) {
  std::set<Number> numbers;
  for (int bit = 0; bit < kBits; ++bit) {
    if ((static_cast<uint32_t>(mask) >> bit) & 1U) numbers.insert(static_cast<Number>(bit));
  }
  return numbers;
}

}  // namespace

ApprovalPolicyRows::ApprovalPolicyRows(ParentTable<ApprovalPolicy> policies,
                                       ChildTable<ApprovalRuleRow> rules,
                                       ChildTable<ApprovalWindowRow> windows,
                                       ChildTable<Freeze> freezes)
    : policies_(std::move(policies)),
      rules_(std::move(rules)),
      windows_(std::move(windows)),
      freezes_(std::move(freezes)) {}

absl::StatusOr<ApprovalPolicyRows> ApprovalPolicyRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto policies,
      ParentTable<ApprovalPolicy>::Prepare(
          database,
          "INSERT OR REPLACE INTO approval_policy (id, update_time, updater, "
          "revision) VALUES (1, ?, ?, ?)",
          "SELECT update_time, updater, revision FROM approval_policy WHERE id = 1"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto rules, ChildTable<ApprovalRuleRow>::Prepare(
                      database,
                      "INSERT INTO approval_rule (policy_id, position, name, selector, risks, "
                      "approvals_required, proposer_may_approve) VALUES (?, ?, ?, ?, ?, ?, ?)",
                      "SELECT name, selector, risks, approvals_required, proposer_may_approve "
                      "FROM approval_rule WHERE policy_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto windows, ChildTable<ApprovalWindowRow>::Prepare(
                        database,
                        "INSERT INTO approval_window (policy_id, rule_position, position, days, "
                        "start, length) VALUES (?, ?, ?, ?, ?, ?)",
                        "SELECT days, start, length FROM approval_window WHERE policy_id = ? "
                        "AND rule_position = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto freezes,
      ChildTable<Freeze>::Prepare(
          database,
          "INSERT INTO freeze (policy_id, position, name, selector, start_time, end_time, reason) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)",
          "SELECT name, selector, start_time, end_time, reason FROM freeze WHERE policy_id = ? "
          "ORDER BY position"));
  return ApprovalPolicyRows(std::move(policies), std::move(rules), std::move(windows),
                            std::move(freezes));
}

absl::Status ApprovalPolicyRows::Put(const ApprovalPolicy& policy) {
  BERTHMASTER_RETURN_IF_ERROR(policies_.Replace(policy));
  std::vector<ApprovalRuleRow> rules;
  for (const ApprovalRule& rule : policy.rules) rules.push_back({rule, MaskOf(rule.risks)});
  BERTHMASTER_RETURN_IF_ERROR(rules_.Insert(rules, kPolicyId));
  int64_t rule_position = 0;
  for (const ApprovalRule& rule : policy.rules) {
    std::vector<ApprovalWindowRow> windows;
    for (const ApprovalWindow& window : rule.windows) {
      windows.push_back({window, MaskOf(window.days)});
    }
    BERTHMASTER_RETURN_IF_ERROR(windows_.Insert(windows, kPolicyId, rule_position));
    ++rule_position;
  }
  return freezes_.Insert(policy.freezes, kPolicyId);
}

absl::Status ApprovalPolicyRows::LoadRules(ApprovalPolicy& policy) {
  std::vector<ApprovalRuleRow> rules;
  BERTHMASTER_RETURN_IF_ERROR(rules_.Load(rules, kPolicyId));
  int64_t rule_position = 0;
  for (ApprovalRuleRow& row : rules) {
    row.rule.risks = NumbersOf<RecommendationRisk>(row.risks);
    std::vector<ApprovalWindowRow> windows;
    BERTHMASTER_RETURN_IF_ERROR(windows_.Load(windows, kPolicyId, rule_position));
    for (ApprovalWindowRow& window : windows) {
      window.window.days = NumbersOf<int32_t>(window.days);
      row.rule.windows.push_back(std::move(window.window));
    }
    policy.rules.push_back(std::move(row.rule));
    ++rule_position;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<ApprovalPolicy>> ApprovalPolicyRows::Load() {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<ApprovalPolicy> policies, policies_.Load());
  std::optional<ApprovalPolicy> policy;
  if (policies.empty()) return policy;
  policy = std::move(policies.front());
  BERTHMASTER_RETURN_IF_ERROR(LoadRules(*policy));
  BERTHMASTER_RETURN_IF_ERROR(freezes_.Load(policy->freezes, kPolicyId));
  return policy;
}

}  // namespace berthmaster
