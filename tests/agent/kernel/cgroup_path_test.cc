#include "agent/kernel/netns/cgroup_path.h"

#include <climits>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

// Two ids and the UID of a pod, as they are written in paths.
#define ID "3f1c0e5f8a7b4d2e9c6b1a0f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b"
#define NODE_ID "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff0000000011111111"
#define UID "1b5e4f0a-9c3d-4e6f-8a7b-0c1d2e3f4a5b"
#define UID_OF_SLICE "1b5e4f0a_9c3d_4e6f_8a7b_0c1d2e3f4a5b"

CgroupIdentity Pod(const std::string& runtime) { return {UID, ID, "", runtime, ""}; }
CgroupIdentity Container(const std::string& runtime) { return {"", ID, "", runtime, ""}; }
CgroupIdentity Unit(const std::string& unit) { return {"", "", "", "", unit}; }

TEST(CgroupPath, KnowsPodsOfTheSystemdDriver) {
  EXPECT_EQ(ParseCgroupPath("/kubepods.slice/kubepods-burstable.slice/"
                            "kubepods-burstable-pod" UID_OF_SLICE ".slice/"
                            "cri-containerd-" ID ".scope"),
            Pod("containerd"));
  EXPECT_EQ(ParseCgroupPath("/kubepods.slice/kubepods-besteffort.slice/"
                            "kubepods-besteffort-pod" UID_OF_SLICE ".slice/crio-" ID ".scope"),
            Pod("cri-o"));
  // Guaranteed pods have no slice between.
  EXPECT_EQ(ParseCgroupPath("/kubepods.slice/kubepods-pod" UID_OF_SLICE ".slice/"
                            "docker-" ID ".scope"),
            Pod("docker"));
  // The pod itself, without a container; a static pod's UID is a hash.
  EXPECT_EQ(ParseCgroupPath("/kubepods.slice/kubepods-burstable.slice/"
                            "kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice"),
            (CgroupIdentity{"0123456789abcdef0123456789abcdef", "", "", "", ""}));
}

TEST(CgroupPath, KnowsPodsOfTheCgroupfsDriver) {
  // A bare id does not tell whether containerd or Docker made it.
  EXPECT_EQ(ParseCgroupPath("/kubepods/besteffort/pod" UID "/" ID), Pod(""));
  EXPECT_EQ(ParseCgroupPath("/kubepods/pod" UID "/" ID), Pod(""));
  EXPECT_EQ(ParseCgroupPath("/kubepods/burstable/pod" UID "/crio-" ID), Pod("cri-o"));
  // The kubelet speaks systemd's language and containerd does not.
  EXPECT_EQ(ParseCgroupPath("/system.slice/containerd.service/"
                            "kubepods-burstable-pod" UID_OF_SLICE ".slice:cri-containerd:" ID),
            Pod("containerd"));
}

TEST(CgroupPath, TakesTheInnermostOfNestedOnes) {
  // kind: a node is a container of Docker.
  EXPECT_EQ(ParseCgroupPath("/docker/" NODE_ID "/kubelet/kubepods/burstable/pod" UID "/" ID),
            Pod(""));
  EXPECT_EQ(
      ParseCgroupPath("/system.slice/docker-" NODE_ID ".scope/kubelet.slice/kubelet-kubepods.slice/"
                      "kubelet-kubepods-besteffort.slice/"
                      "kubelet-kubepods-besteffort-pod" UID_OF_SLICE ".slice/"
                      "cri-containerd-" ID ".scope"),
      Pod("containerd"));
  // systemd in a container.
  EXPECT_EQ(ParseCgroupPath("/docker/" ID "/system.slice/nginx.service"),
            (CgroupIdentity{"", ID, "", "docker", "nginx.service"}));
  // A node's container says nothing about a pod's cgroup without one.
  EXPECT_EQ(ParseCgroupPath("/docker/" NODE_ID "/kubelet/kubepods/pod" UID),
            (CgroupIdentity{UID, "", "", "", ""}));
}

TEST(CgroupPath, KnowsPodsSeenFromACgroupNamespace) {
  EXPECT_EQ(ParseCgroupPath("/../../pod" UID "/" ID), Pod(""));
  EXPECT_EQ(ParseCgroupPath("/../../../kubepods-burstable.slice/"
                            "kubepods-burstable-pod" UID_OF_SLICE ".slice/"
                            "cri-containerd-" ID ".scope"),
            Pod("containerd"));
  EXPECT_EQ(ParseCgroupPath("/../cri-containerd-" ID ".scope"), Container("containerd"));
}

TEST(CgroupPath, KnowsContainersWithoutKubernetes) {
  EXPECT_EQ(ParseCgroupPath("/docker/" ID), Container("docker"));
  EXPECT_EQ(ParseCgroupPath("/system.slice/docker-" ID ".scope"), Container("docker"));
  EXPECT_EQ(ParseCgroupPath("/system.slice/nerdctl-" ID ".scope"), Container("containerd"));
  EXPECT_EQ(ParseCgroupPath("/machine.slice/libpod-" ID ".scope/container"), Container("podman"));
  EXPECT_EQ(ParseCgroupPath("/user.slice/user-1000.slice/user@1000.service/user.slice/"
                            "libpod-" ID ".scope"),
            Container("podman"));
  EXPECT_EQ(ParseCgroupPath("/libpod_parent/libpod-" ID), Container("podman"));
  EXPECT_EQ(ParseCgroupPath("/ecs/5d4c3b2a/" ID), Container(""));
  EXPECT_EQ(ParseCgroupPath("/lxc.payload.web-1/system.slice/ssh.service"),
            (CgroupIdentity{"", "", "web-1", "lxc", "ssh.service"}));
  EXPECT_EQ(ParseCgroupPath("/lxc/web-1"), (CgroupIdentity{"", "", "web-1", "lxc", ""}));
  EXPECT_EQ(ParseCgroupPath(R"(/machine.slice/machine-build\x2dhost.scope/payload)"),
            (CgroupIdentity{"", "", "build-host", "nspawn", ""}));
  EXPECT_EQ(ParseCgroupPath("/machine.slice/systemd-nspawn@sid.service/payload"),
            (CgroupIdentity{"", "", "sid", "nspawn", ""}));
}

TEST(CgroupPath, KnowsUnitsOfSystemd) {
  EXPECT_EQ(ParseCgroupPath("/init.scope"), Unit("init.scope"));
  EXPECT_EQ(ParseCgroupPath("/system.slice/nginx.service"), Unit("nginx.service"));
  EXPECT_EQ(ParseCgroupPath("/system.slice/system-getty.slice/getty@tty1.service"),
            Unit("getty@tty1.service"));
  // A delegated unit has cgroups of its own below.
  EXPECT_EQ(ParseCgroupPath("/system.slice/foo.service/worker/7"), Unit("foo.service"));
  EXPECT_EQ(ParseCgroupPath("/user.slice/user-1000.slice/session-3.scope"),
            Unit("session-3.scope"));
  EXPECT_EQ(ParseCgroupPath("/user.slice/user-1000.slice/user@1000.service/app.slice/"
                            "app-gnome-firefox-4711.scope"),
            Unit("app-gnome-firefox-4711.scope"));
  // systemctl takes the escaped name; "_" keeps a name from being one of the kernel's.
  EXPECT_EQ(ParseCgroupPath(R"(/system.slice/dev-disk-by\x2duuid.service)"),
            Unit(R"(dev-disk-by\x2duuid.service)"));
  EXPECT_EQ(ParseCgroupPath("/system.slice/_cpu.service"), Unit("cpu.service"));
  // A virtual machine is no container.
  EXPECT_EQ(ParseCgroupPath(R"(/machine.slice/machine-qemu\x2d1\x2dvm.scope)"),
            Unit(R"(machine-qemu\x2d1\x2dvm.scope)"));
}

TEST(CgroupPath, SeesNothingInWhatOnlyLooksAlike) {
  for (const char* path :
       {"", "/", "//", "/kubepods", "/kubepods.slice/kubepods-burstable.slice",
        // Not a UID, not an id, capital digits, a pod outside of kubepods.
        "/jobs/71a1a842becb29f9f911aa0d988eb21c", "/kubepods/podium", "/kubepods/pod",
        "/docker/3f1c0e5f", "/docker/docker-proxy",
        "/docker/3F1C0E5F8A7B4D2E9C6B1A0F5E4D3C2B1A09F8E7D6C5B4A39281706F5E4D3C2B",
        "/home/pod1b5e4f0a-9c3d-4e6f-8a7b-0c1d2e3f4a5b",
        "/kubepods/pod1b5e4f0a-9c3d-4e6f-8a7b+0c1d2e3f4a5b", "/user.slice/user-podcast.slice",
        "/..", "/.service", "/a:b:c", ":::::", "/:::/::"}) {
    EXPECT_EQ(ParseCgroupPath(path), CgroupIdentity()) << path;
  }
}

TEST(CgroupPath, IsBoundedAndClean) {
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "/x";
  EXPECT_EQ(ParseCgroupPath(deep + "/docker/" ID), CgroupIdentity());
  EXPECT_EQ(ParseCgroupPath(deep.substr(0, PATH_MAX - 100) + "/docker/" ID), Container("docker"));
  EXPECT_EQ(ParseCgroupPath("/system.slice/a\x1b[31m\n\xff.service"), Unit("a?[31m??.service"));
  EXPECT_EQ(ParseCgroupPath(absl::StrCat("/lxc/", std::string(2000, 'n'))).container.size(), 253u);
}

TEST(ProcessCgroup, ReadsV2) {
  const ProcessCgroup cgroup = ParseProcessCgroup("0::/system.slice/nginx.service\n");
  EXPECT_EQ(cgroup.path, "/system.slice/nginx.service");
  EXPECT_EQ(cgroup.identity, Unit("nginx.service"));
  EXPECT_EQ(ParseProcessCgroup("0::/\n").path, "/");
}

TEST(ProcessCgroup, ReadsV1) {
  const ProcessCgroup cgroup = ParseProcessCgroup("12:memory:/docker/" ID
                                                  "\n"
                                                  "4:net_cls,net_prio:/docker/" ID
                                                  "\n"
                                                  "1:name=systemd:/docker/" ID "\n");
  EXPECT_EQ(cgroup.path, "/docker/" ID);
  EXPECT_EQ(cgroup.identity, Container("docker"));
}

TEST(ProcessCgroup, ReadsAHostWithBoth) {
  // Docker with its cgroupfs driver has no cgroup of v2.
  const ProcessCgroup docker = ParseProcessCgroup("12:memory:/docker/" ID
                                                  "\n"
                                                  "1:name=systemd:/docker/" ID
                                                  "\n"
                                                  "0::/system.slice/docker.service\n");
  EXPECT_EQ(docker.path, "/system.slice/docker.service");
  EXPECT_EQ(docker.identity, Container("docker"));
  // All of v2 is in its root.
  const ProcessCgroup service = ParseProcessCgroup(
      "3:cpu,cpuacct:/\n"
      "1:name=systemd:/system.slice/cron.service\n"
      "0::/\n");
  EXPECT_EQ(service.path, "/system.slice/cron.service");
  EXPECT_EQ(service.identity, Unit("cron.service"));
}

TEST(ProcessCgroup, PassesOverWhatIsNoLine) {
  const ProcessCgroup cgroup = ParseProcessCgroup(
      "\n:\n::\n0:\n0::no-slash\nx:name=systemd:/docker/" ID "\n0::/with:colons:/a.service");
  EXPECT_EQ(cgroup.path, "/with:colons:/a.service");
  EXPECT_EQ(cgroup.identity, Container("docker"));
  EXPECT_EQ(ParseProcessCgroup("").path, "");
  std::string many;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&many, i, ":c:/\n");
  EXPECT_EQ(ParseProcessCgroup(many + "0::/a.service\n").path, "");
}

}  // namespace
}  // namespace berthmaster
