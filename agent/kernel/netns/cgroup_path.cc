#include "agent/kernel/netns/cgroup_path.h"

#include <algorithm>
#include <climits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "agent/kernel/clean_text.h"

namespace berthmaster {
namespace {

// A kernel has some 14 hierarchies of v1 at most.
constexpr int kLinesMax = 64;
// containerd under Kubernetes, nerdctl, CRI-O, Docker and Podman all take 64 hex digits. Less might
// be anything: 32 are a machine's or a job's id.
constexpr size_t kContainerIdBytes = 64;
// 8-4-4-4-12.
constexpr size_t kUuidBytes = 36;
// Of a static pod: an MD5.
constexpr size_t kPodHashBytes = 32;

// How a runtime's cgroups begin, under systemd before the id of "<prefix><id>.scope", under
// cgroupfs as a whole component or as its begin.
struct RuntimePrefix {
  absl::string_view prefix;
  absl::string_view runtime;
};
constexpr RuntimePrefix kRuntimePrefixes[] = {
    {"cri-containerd-", "containerd"},
    {"nerdctl-", "containerd"},
    {"crio-conmon-", "cri-o"},
    {"crio-", "cri-o"},
    {"docker-", "docker"},
    {"libpod-conmon-", "podman"},
    {"libpod-payload-", "podman"},
    {"libpod-", "podman"},
};

// A parent under which cgroupfs drivers put containers by their bare id.
absl::string_view RuntimeOfParent(absl::string_view parent) {
  if (parent == "docker") return "docker";
  if (parent == "libpod_parent" || parent == "libpod") return "podman";
  return "";
}

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c)) &&
           !absl::ascii_isupper(static_cast<unsigned char>(c));
  });
}

bool IsContainerId(absl::string_view text) {
  return text.size() == kContainerIdBytes && IsHex(text);
}

// `text` with '-' for the '_' that the systemd driver writes, if it is the UID of a pod: a UUID, or
// for a static pod 32 hex digits.
std::string PodUid(absl::string_view text) {
  std::string uid(text);
  std::replace(uid.begin(), uid.end(), '_', '-');
  if (uid.size() == kPodHashBytes && IsHex(uid)) return uid;
  if (uid.size() != kUuidBytes) return "";
  for (size_t i = 0; i < uid.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? uid[i] != '-' : !IsHex(absl::string_view(uid).substr(i, 1))) return "";
  }
  return uid;
}

// Whether cgroupfs drivers put pods below it; ".." hides what it is.
bool IsParentOfPods(absl::string_view parent) {
  return parent == "burstable" || parent == "besteffort" || parent == ".." ||
         absl::EndsWith(parent, "kubepods");
}

// Of "kubepods-burstable-pod<uid>.slice" and "pod<uid>"; else empty.
std::string PodUidOf(absl::string_view component, absl::string_view parent) {
  if (absl::ConsumeSuffix(&component, ".slice")) {
    const size_t dash = component.rfind("-pod");
    if (dash == absl::string_view::npos) return "";
    if (!absl::EndsWith(component.substr(0, dash), "kubepods") &&
        !absl::StrContains(component.substr(0, dash), "kubepods-")) {
      return "";
    }
    return PodUid(component.substr(dash + 4));
  }
  if (!IsParentOfPods(parent) || !absl::ConsumePrefix(&component, "pod")) return "";
  return PodUid(component);
}

// systemd writes "\x2d" for a '-' within a name that is part of a unit's.
std::string Unescape(absl::string_view text) {
  std::string plain;
  auto digit = [](char c) { return absl::ascii_isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10; };
  for (size_t i = 0; i < text.size(); ++i) {
    const absl::string_view escape = text.substr(i, 4);
    if (escape.size() == 4 && absl::StartsWith(escape, "\\x") &&
        absl::ascii_isxdigit(static_cast<unsigned char>(escape[2])) &&
        absl::ascii_isxdigit(static_cast<unsigned char>(escape[3]))) {
      plain.push_back(static_cast<char>(digit(escape[2]) * 16 + digit(escape[3])));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

struct Container {
  std::string id;
  std::string name;
  absl::string_view runtime;
};

std::optional<Container> ContainerOf(absl::string_view component, absl::string_view parent) {
  absl::string_view name = component;
  const bool is_scope = absl::ConsumeSuffix(&name, ".scope");
  for (const RuntimePrefix& known : kRuntimePrefixes) {
    absl::string_view id = name;
    if (!absl::ConsumePrefix(&id, known.prefix) || !IsContainerId(id)) continue;
    return Container{std::string(id), "", known.runtime};
  }
  if (IsContainerId(name)) return Container{std::string(name), "", RuntimeOfParent(parent)};
  if (absl::ConsumePrefix(&name, "lxc.payload.")) return Container{"", CleanText(name), "lxc"};
  // /lxc/<name> of LXC before version 4.
  if (parent == "lxc" && !name.empty()) return Container{"", CleanText(name), "lxc"};
  if (parent != "machine.slice") return std::nullopt;
  const bool is_nspawn_unit =
      absl::ConsumePrefix(&name, "systemd-nspawn@") && absl::ConsumeSuffix(&name, ".service");
  // libvirt's virtual machines are called so too.
  const bool is_machine =
      is_scope && absl::ConsumePrefix(&name, "machine-") && !absl::StartsWith(name, "qemu");
  if (!is_nspawn_unit && !is_machine) return std::nullopt;
  return Container{"", CleanText(Unescape(name)), "nspawn"};
}

bool IsUnit(absl::string_view component) {
  for (absl::string_view suffix : {".service", ".scope", ".socket", ".mount", ".swap"}) {
    if (component.size() > suffix.size() && absl::EndsWith(component, suffix)) return true;
  }
  return false;
}

void TakeComponent(absl::string_view component, absl::string_view parent,
                   CgroupIdentity& identity) {
  if (std::string uid = PodUidOf(component, parent); !uid.empty()) {
    identity = CgroupIdentity();
    identity.pod_uid = std::move(uid);
    return;
  }
  if (std::optional<Container> container = ContainerOf(component, parent); container.has_value()) {
    identity.container_id = std::move(container->id);
    identity.container = std::move(container->name);
    identity.runtime = std::string(container->runtime);
    identity.unit.clear();
    return;
  }
  // cg_escape() of systemd: a name that the kernel might take for a file of its own.
  absl::ConsumePrefix(&component, "_");
  if (IsUnit(component)) identity.unit = CleanText(component);
}

// How much it tells.
int Weight(const CgroupIdentity& identity) {
  return (identity.pod_uid.empty() ? 0 : 8) + (identity.container_id.empty() ? 0 : 4) +
         (identity.container.empty() ? 0 : 2) + (identity.unit.empty() ? 0 : 1);
}

}  // namespace

CgroupIdentity ParseCgroupPath(absl::string_view path) {
  CgroupIdentity identity;
  if (path.size() > PATH_MAX) return identity;
  absl::string_view parent;
  for (absl::string_view component : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    // containerd that was given a path for systemd, and uses cgroupfs, takes the whole of it for a
    // name: "kubepods-pod<uid>.slice:cri-containerd:<id>".
    const std::vector<absl::string_view> parts = absl::StrSplit(component, absl::MaxSplits(':', 3));
    if (parts.size() == 3 && IsContainerId(parts[2])) {
      TakeComponent(parts[0], parent, identity);
      identity.container_id = std::string(parts[2]);
      identity.container.clear();
      identity.runtime = parts[1] == "cri-containerd" ? "containerd"
                         : parts[1] == "crio"         ? "cri-o"
                                                      : "";
      identity.unit.clear();
    } else {
      TakeComponent(component, parent, identity);
    }
    parent = component;
  }
  return identity;
}

ProcessCgroup ParseProcessCgroup(absl::string_view text) {
  ProcessCgroup cgroup;
  int best_weight = 0;
  int best_rank = 0;
  int line_count = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (++line_count > kLinesMax) break;
    // A path may have colons too.
    const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3 || !absl::StartsWith(fields[2], "/")) continue;
    CgroupIdentity identity = ParseCgroupPath(fields[2]);
    if (const int weight = Weight(identity); weight > best_weight) {
      best_weight = weight;
      cgroup.identity = std::move(identity);
    }
    const bool is_v2 = fields[0] == "0" && fields[1].empty();
    if (!is_v2 && fields[1] != "name=systemd") continue;
    const int rank = (is_v2 ? 2 : 1) + (fields[2] == "/" ? 0 : 2);
    if (rank > best_rank) {
      best_rank = rank;
      cgroup.path = CleanText(fields[2], PATH_MAX);
    }
  }
  return cgroup;
}

}  // namespace berthmaster
