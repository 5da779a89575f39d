#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_CGROUP_PATH_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_CGROUP_PATH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// What the path of a cgroup tells about the processes in it. Each is empty when the path does not
// tell it.
struct CgroupIdentity {
  // As Kubernetes writes it: 0b1c...-... (a static pod's is 32 hex digits).
  std::string pod_uid;
  // 64 hex digits.
  std::string container_id;
  // Of a runtime that names its containers in the path: lxc, nspawn.
  std::string container;
  // containerd, cri-o, docker, podman, lxc, nspawn.
  std::string runtime;
  // nginx.service, session-3.scope: as systemctl takes it. Inside the container, if there is one.
  std::string unit;
  friend bool operator==(const CgroupIdentity&, const CgroupIdentity&) = default;
};

// Reads a path as containerd, CRI-O, Docker, Podman, LXC, systemd-nspawn and the kubelet make it,
// under their systemd and cgroupfs drivers, nested to any depth (kind), or seen from within a
// cgroup namespace ("/../.."). The innermost pod and container count; a container outside of the
// innermost pod does not. Texts are clean (CleanText). A path of more than PATH_MAX bytes tells
// nothing.
CgroupIdentity ParseCgroupPath(absl::string_view path);

struct ProcessCgroup {
  // Of cgroup v2; of the hierarchy name=systemd of v1 where there is no v2, or only its root (a
  // host with both). Clean; empty when there is neither.
  std::string path;
  // Of the hierarchy that tells the most.
  CgroupIdentity identity;
};

// Reads /proc/<pid>/cgroup: lines of "id:controllers:path" (cgroups(7)). Lines that are none are
// passed over.
ProcessCgroup ParseProcessCgroup(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_CGROUP_PATH_H_
