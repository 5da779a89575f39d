#include "tests/fuzz/cgroup_fuzz.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/clean_text.h"
#include "agent/kernel/netns/cgroup_path.h"
#include "agent/kernel/netns/mount_info.h"
#include "agent/kernel/netns/pod_logs.h"
#include "agent/kernel/proc_directory.h"

namespace berthmaster {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void RequireClean(absl::string_view text, size_t bytes_max) {
  Require(text.size() <= bytes_max);
  Require(std::all_of(text.begin(), text.end(),
                      [](char c) { return absl::ascii_isprint(static_cast<unsigned char>(c)); }));
}

void RequireSound(const CgroupIdentity& identity) {
  Require(identity.pod_uid.empty() || identity.pod_uid.size() == 36 ||
          identity.pod_uid.size() == 32);
  Require(identity.container_id.empty() || identity.container_id.size() == 64);
  for (const std::string& text : {identity.pod_uid, identity.container_id, identity.container,
                                  identity.runtime, identity.unit}) {
    RequireClean(text, kLabelBytesMax);
  }
}

}  // namespace

void FuzzCgroup(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  RequireSound(ParseCgroupPath(text));
  const ProcessCgroup process = ParseProcessCgroup(text);
  RequireSound(process.identity);
  RequireClean(process.path, PATH_MAX);

  if (const std::optional<MountLine> line = ParseMountLine(text); line.has_value()) {
    Require(!line->mount_point.empty() && line->mount_point.size() < size);
    NetnsInodeOf(*line);
  }
  Require(UnescapeMountText(text).size() <= size);

  if (const std::optional<PodLogDirectory> pod = ParsePodLogDirectory(text); pod.has_value()) {
    RequireClean(pod->uid, kLabelBytesMax);
    RequireClean(pod->name.pod, kLabelBytesMax);
    RequireClean(pod->name.pod_namespace, kLabelBytesMax);
  }
  InodeOfLink(text, "net");
}

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz cgroup.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzCgroup(data, size);
  return 0;
}
