#include "controller/recommend/sample_values.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

constexpr int kPortMax = 65535;

bool IsShellWord(absl::string_view text) {
  return !text.empty() && text[0] != '-' && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
}

}  // namespace

std::optional<std::string> EffectiveValue(const NetnsSample& netns, absl::string_view sysctl) {
  auto found = netns.sysctls.find(std::string(sysctl));
  if (found == netns.sysctls.end()) return std::nullopt;
  return found->second;
}

std::optional<int64_t> EffectiveNumber(const NetnsSample& netns, absl::string_view sysctl) {
  int64_t number = 0;
  auto value = EffectiveValue(netns, sysctl);
  if (!value.has_value() || !absl::SimpleAtoi(*value, &number)) return std::nullopt;
  return number;
}

std::optional<PortRange> EffectivePortRange(const NetnsSample& netns) {
  auto range = ParsePortRange(EffectiveValue(netns, kPortRangeSysctl).value_or(""));
  if (!range.ok()) return std::nullopt;
  return *range;
}

std::optional<PortSet> EffectiveReservedPorts(const NetnsSample& netns) {
  auto value = EffectiveValue(netns, kReservedPortsSysctl);
  auto ports = ParsePortSet(value.value_or(""));
  if (!value.has_value() || !ports.ok()) return std::nullopt;
  return *ports;
}

bool IsHostNetns(const NetnsSample& netns) { return netns.label == "host"; }

bool IsPodNetns(const NetnsSample& netns) {
  return std::any_of(netns.labels.begin(), netns.labels.end(),
                     [](const auto& label) { return absl::StartsWith(label.first, "pod"); });
}

std::optional<std::string> ShellLabel(const NetnsSample& netns, absl::string_view name) {
  auto found = netns.labels.find(std::string(name));
  if (found == netns.labels.end() || !IsShellWord(found->second)) return std::nullopt;
  return found->second;
}

std::string CommandPrefix(const NetnsSample& netns) {
  if (IsHostNetns(netns)) return "";
  if (auto name = ShellLabel(netns, "named")) return absl::StrCat("ip netns exec ", *name, " ");
  if (auto pid = ShellLabel(netns, "pid")) return absl::StrCat("nsenter -n -t ", *pid, " ");
  return "";
}

bool ShowsPeerTimestamps(const NetnsSample& netns, const PoolSample& pool) {
  if (pool.reusable > 0) return true;
  return std::any_of(netns.counters.begin(), netns.counters.end(), [](const auto& counter) {
    return counter.second > 0 &&
           (counter.first == "TcpExt.TWRecycled" || absl::StartsWith(counter.first, "TcpExt.PAWS"));
  });
}

PortSet ServicePorts(const NetnsSample& netns) {
  PortSet ports;
  for (int port : netns.listening_ports_in_range) {
    if (port > 0 && port <= kPortMax) ports.Add(port);
  }
  for (const PoolSample& pool : netns.pools) {
    if (pool.kind == PoolKind::kListener) ports.Add(pool.key.destination_port);
  }
  for (const NetnsFinding& finding : netns.findings) ports.Add(finding.port);
  return ports;
}

}  // namespace berthmaster
