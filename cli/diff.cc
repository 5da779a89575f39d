#include "cli/diff.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/columns.h"
#include "cli/exit_code.h"
#include "cli/format.h"
#include "cli/json_writer.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "common/status/annotate.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

using EffectiveValues = std::map<std::string, std::map<std::string, std::string>>;

// Whether the value before the rollout is what is wanted in the target.
bool IsTakenBack(const v1::Rollout& rollout, const v1::RolloutTarget& target) {
  return target.state() == v1::TARGET_STATE_REVERTING ||
         target.state() == v1::TARGET_STATE_REVERTED ||
         rollout.state() == v1::ROLLOUT_STATE_REVERTING ||
         rollout.state() == v1::ROLLOUT_STATE_REVERTED ||
         rollout.state() == v1::ROLLOUT_STATE_FAILED;
}

bool IsInView(const v1::Rollout& rollout) {
  return rollout.state() != v1::ROLLOUT_STATE_REVERTED &&
         rollout.state() != v1::ROLLOUT_STATE_FAILED;
}

// Whether the target is to have a value of the rollout, or to get its own back.
bool IsReached(const v1::RolloutTarget& target) {
  return target.state() != v1::TARGET_STATE_WAITING && target.state() != v1::TARGET_STATE_REVERTED;
}

// Why the effective value is not the desired one.
std::string NoteOf(const v1::RolloutTarget& target, const v1::TargetSysctl& sysctl,
                   const DiffLine& line) {
  if (sysctl.state() == v1::APPLY_STATE_DRIFTED) return "DRIFT: somebody else wrote it";
  if (sysctl.state() == v1::APPLY_STATE_REFUSED || sysctl.state() == v1::APPLY_STATE_FAILED) {
    return absl::StrCat(EnumText(v1::ApplyState_Name(sysctl.state()), "APPLY_STATE_"),
                        sysctl.error().empty() ? "" : ": ", sysctl.error());
  }
  if (!line.differs) return "";
  if (line.effective.empty()) return "UNKNOWN: not in the newest sample";
  // What was seen to hold is not there any more, and the agent has not told yet. Before that, the
  // newest sample may be from before the write.
  if (target.state() == v1::TARGET_STATE_HOLDING) {
    return "DRIFT: somebody else wrote it";
  }
  return EnumText(v1::TargetState_Name(target.state()), "TARGET_STATE_");
}

absl::StatusOr<EffectiveValues> ReadEffective(Client& client, const std::string& host) {
  v1::ListNamespacesRequest request;
  request.set_parent(host);
  BERTHMASTER_ASSIGN_OR_RETURN(
      const v1::ListNamespacesResponse response,
      client.CallAllPages(client.hosts(), &v1::HostService::Stub::ListNamespaces, request));
  EffectiveValues values;
  for (const v1::Netns& netns : response.namespaces()) {
    values[netns.name()].insert(netns.sysctls().begin(), netns.sysctls().end());
  }
  return values;
}

absl::StatusOr<std::vector<DiffLine>> LinesOfOne(Client& client, const std::string& name) {
  v1::GetRolloutRequest request;
  request.set_name(name);
  BERTHMASTER_ASSIGN_OR_RETURN(
      const v1::GetRolloutResponse response,
      client.Call(client.rollouts(), &v1::RolloutService::Stub::GetRollout, request));
  const v1::Rollout& rollout = response.rollout();
  std::set<std::string> hosts;
  for (const v1::RolloutTarget& target : rollout.targets()) hosts.insert(target.host());
  BERTHMASTER_ASSIGN_OR_RETURN(
      const EffectiveValues effective,
      ReadEffective(client, hosts.size() == 1 ? *hosts.begin() : std::string()));
  return LinesOf(rollout, true, effective);
}

absl::StatusOr<std::vector<DiffLine>> LinesOfAll(Client& client, const std::string& host) {
  v1::ListRolloutsRequest request;
  request.mutable_filter()->set_by_host(host);
  BERTHMASTER_ASSIGN_OR_RETURN(
      const v1::ListRolloutsResponse response,
      client.CallAllPages(client.rollouts(), &v1::RolloutService::Stub::ListRollouts, request));
  BERTHMASTER_ASSIGN_OR_RETURN(const EffectiveValues effective, ReadEffective(client, host));
  std::vector<DiffLine> lines;
  std::set<std::pair<std::string, std::string>> decided;
  // Newest first.
  for (const v1::Rollout& rollout : response.rollouts()) {
    if (!IsInView(rollout)) continue;
    for (DiffLine& line : LinesOf(rollout, false, effective)) {
      if (!host.empty() && !absl::StartsWith(line.netns, host + "/")) continue;
      if (!decided.emplace(line.netns, line.sysctl).second) continue;
      lines.push_back(std::move(line));
    }
  }
  std::sort(lines.begin(), lines.end(), [](const DiffLine& a, const DiffLine& b) {
    return std::tie(a.netns, a.sysctl) < std::tie(b.netns, b.sysctl);
  });
  return lines;
}

std::string OrDash(const std::string& value) { return value.empty() ? "-" : value; }

std::string TableOf(const std::vector<DiffLine>& lines) {
  if (lines.empty()) return "no rollout is in force here\n";
  Table table({"NETNS", "SYSCTL", "DESIRED", "APPLIED", "EFFECTIVE", "ROLLOUT", "NOTE"});
  for (const DiffLine& line : lines) {
    table.AddRow({absl::StrCat(HostOf(line.netns), "/", line.netns_label), line.sysctl,
                  OrDash(line.desired), OrDash(line.applied), OrDash(line.effective), line.rollout,
                  line.note});
  }
  return table.Render();
}

std::string JsonOf(const std::vector<DiffLine>& lines) {
  JsonWriter json;
  json.BeginObject().BeginArray("values");
  for (const DiffLine& line : lines) {
    json.BeginObject()
        .String("netns", line.netns)
        .String("netnsLabel", line.netns_label)
        .String("sysctl", line.sysctl)
        .String("desired", line.desired)
        .String("applied", line.applied)
        .String("effective", line.effective)
        .String("rollout", line.rollout)
        .Boolean("differs", line.differs)
        .String("note", line.note)
        .EndObject();
  }
  json.EndArray().EndObject();
  return json.text();
}

absl::StatusOr<std::string> Render(const std::vector<DiffLine>& lines, OutputFormat format) {
  switch (format) {
    case OutputFormat::kJson:
      return JsonOverLines(JsonOf(lines));
    case OutputFormat::kYaml:
      return YamlOfJson(JsonOf(lines));
    case OutputFormat::kTable:
      return TableOf(lines);
    case OutputFormat::kName: {
      std::string names;
      for (const DiffLine& line : lines) {
        if (line.differs) absl::StrAppend(&names, line.netns, "\n");
      }
      return names;
    }
  }
  return absl::InternalError("no such output format");
}

// A host's name may come without "hosts/"; a rollout's comes whole, to be told from it.
absl::StatusOr<ResourceRef> ParseWhat(const std::string& what) {
  absl::StatusOr<ResourceRef> named = ParseResourceName(what);
  if (named.ok() && named->kind == ResourceKind::kRollout) return named;
  return ParseResourceNameOf(ResourceKind::kHost, what);
}

}  // namespace

std::vector<DiffLine> LinesOf(const v1::Rollout& rollout, bool is_whole,
                              const EffectiveValues& effective) {
  std::vector<DiffLine> lines;
  for (const v1::RolloutTarget& target : rollout.targets()) {
    if (target.state() == v1::TARGET_STATE_GONE) continue;
    if (!is_whole && !IsReached(target)) continue;
    for (const v1::TargetSysctl& sysctl : target.sysctls()) {
      DiffLine line;
      line.netns = target.netns();
      line.netns_label = target.netns_label();
      line.sysctl = sysctl.change().sysctl();
      line.desired =
          NormalizeSysctlValue(IsTakenBack(rollout, target) ? sysctl.change().expected_value()
                                                            : sysctl.change().desired_value());
      line.applied = NormalizeSysctlValue(sysctl.applied_value());
      line.effective = NormalizeSysctlValue(sysctl.effective_value());
      line.rollout = rollout.name();
      if (auto netns = effective.find(line.netns); netns != effective.end()) {
        auto found = netns->second.find(line.sysctl);
        if (found != netns->second.end()) line.effective = NormalizeSysctlValue(found->second);
      }
      line.differs = line.effective.empty() || line.effective != line.desired;
      line.note = NoteOf(target, sysctl, line);
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

absl::StatusOr<DiffOutcome> Diff(Client& client, const std::string& what, OutputFormat format) {
  std::vector<DiffLine> lines;
  if (what.empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(lines, LinesOfAll(client, ""));
  } else {
    BERTHMASTER_ASSIGN_OR_RETURN(const ResourceRef ref, ParseWhat(what));
    BERTHMASTER_ASSIGN_OR_RETURN(lines, ref.kind == ResourceKind::kRollout
                                            ? LinesOfOne(client, ref.name)
                                            : LinesOfAll(client, ref.name));
  }
  DiffOutcome outcome;
  BERTHMASTER_ASSIGN_OR_RETURN(outcome.text, Render(lines, format));
  const bool differs =
      std::any_of(lines.begin(), lines.end(), [](const DiffLine& line) { return line.differs; });
  if (differs) outcome.exit_code = kExitConflict;
  return outcome;
}

}  // namespace berthmaster
