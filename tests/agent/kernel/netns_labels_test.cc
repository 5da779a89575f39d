#include "agent/kernel/netns/netns_labels.h"

#include <map>
#include <string>

#include "gtest/gtest.h"
#include "tests/agent/kernel/fake_tree.h"

namespace berthmaster {
namespace {

using Labels = std::map<std::string, std::string>;

constexpr char kUid[] = "1b5e4f0a-9c3d-4e6f-8a7b-0c1d2e3f4a5b";
constexpr char kId[] = "3f1c0e5f8a7b4d2e9c6b1a0f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b";
constexpr char kPodCgroup[] =
    "0::/kubepods.slice/kubepods-burstable.slice/"
    "kubepods-burstable-pod1b5e4f0a_9c3d_4e6f_8a7b_0c1d2e3f4a5b.slice/"
    "cri-containerd-3f1c0e5f8a7b4d2e9c6b1a0f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b.scope\n";

class NetnsLabelsTest : public testing::Test {
 protected:
  void AddProcess(int pid, const std::string& name, const std::string& cgroup) {
    proc_.AddFile(std::to_string(pid) + "/comm", name + "\n");
    proc_.AddFile(std::to_string(pid) + "/cgroup", cgroup);
  }
  NetnsDescription Describe(const FoundNetns& found) {
    labels_.StartScan();
    return labels_.Describe(4026532281, found);
  }

  FakeTree proc_;
  FakeTree logs_;
  NetnsLabels labels_{PodLogs({logs_.path()}), proc_.path()};
};

TEST_F(NetnsLabelsTest, CallsAPodByItsName) {
  AddProcess(4711, "pause", kPodCgroup);
  logs_.AddDirectory(std::string("shop_web-7d9c5b_") + kUid + "/nginx");
  logs_.AddDirectory(std::string("shop_web-7d9c5b_") + kUid + "/istio-proxy");

  // containerd gives it a name too, which tells nobody anything.
  const NetnsDescription pod = Describe({{"/run/netns/cni-0a1b"}, "cni-0a1b", "", 4711, false});

  EXPECT_EQ(pod.label, "shop/web-7d9c5b");
  EXPECT_EQ(pod.labels, (Labels{{"named", "cni-0a1b"},
                                {"pid", "4711"},
                                {"process", "pause"},
                                {"pod_uid", kUid},
                                {"pod_namespace", "shop"},
                                {"pod", "web-7d9c5b"},
                                {"container", "istio-proxy,nginx"},
                                {"container_id", kId},
                                {"runtime", "containerd"}}));
}

TEST_F(NetnsLabelsTest, LearnsThePodsNameWhenItsLogsCome) {
  AddProcess(4711, "pause", kPodCgroup);
  const FoundNetns found = {{"/proc/4711/ns/net"}, "", "", 4711, false};
  EXPECT_EQ(Describe(found).label, std::string("pod ") + kUid);

  logs_.AddDirectory(std::string("shop_web-7d9c5b_") + kUid);

  std::string label;
  for (uint32_t scan = 0; scan < kDescriptionScans; ++scan) label = Describe(found).label;
  EXPECT_EQ(label, "shop/web-7d9c5b");
}

TEST_F(NetnsLabelsTest, CallsOthersByWhatIsKnown) {
  AddProcess(10, "nginx", std::string("0::/docker/") + kId + "\n");
  AddProcess(11, "sshd", "0::/system.slice/ssh.service\n");
  AddProcess(12, "init", "0::/lxc.payload.web-1\n");
  AddProcess(13, "sleep", "0::/\n");
  AddProcess(14, " \n\t", "0::/\n");

  EXPECT_EQ(Describe({{"p"}, "blue", "", 11, false}).label, "blue");
  EXPECT_EQ(Describe({{"p"}, "", "/run/docker/netns/1a2b", 10, false}).label, "3f1c0e5f8a7b");
  EXPECT_EQ(Describe({{"p"}, "", "", 12, false}).label, "web-1");
  EXPECT_EQ(Describe({{"p"}, "", "", 11, false}).label, "ssh.service");
  EXPECT_EQ(Describe({{"p"}, "", "/mnt/x", 13, false}).label, "sleep");
  EXPECT_EQ(Describe({{"p"}, "", "/mnt/x", 0, false}).label, "/mnt/x");
  EXPECT_EQ(Describe({{"p"}, "", "", 14, false}).label, "pid 14");
  // It ended between the look and the reading.
  EXPECT_EQ(Describe({{"p"}, "", "", 99, false}).label, "pid 99");
}

TEST_F(NetnsLabelsTest, GivesTheHostItsNameAndNoPodOfOne) {
  // An agent in a pod on the host's network, without the host's processes.
  AddProcess(1, "berthmaster-age", kPodCgroup);
  logs_.AddDirectory(std::string("shop_web-7d9c5b_") + kUid);

  const NetnsDescription host = Describe({{"p"}, "", "/run/docker/netns/default", 1, true});

  EXPECT_EQ(host.label, "host");
  EXPECT_EQ(host.labels, (Labels{{"pid", "1"},
                                 {"process", "berthmaster-age"},
                                 {"mount", "/run/docker/netns/default"}}));
}

TEST_F(NetnsLabelsTest, LetsNobodyElseBeCalledHost) {
  AddProcess(13, "host", "0::/\n");

  EXPECT_EQ(Describe({{"p"}, "", "", 13, false}).label, "host (not the host's)");
  EXPECT_EQ(Describe({{"p"}, "host", "", 0, false}).label, "host (not the host's)");
}

TEST_F(NetnsLabelsTest, AsksAgainWhenAnotherLeads) {
  AddProcess(10, "first", "0::/\n");
  AddProcess(20, "second", "0::/\n");

  EXPECT_EQ(Describe({{"p"}, "", "", 10, false}).label, "first");
  EXPECT_EQ(Describe({{"p"}, "", "", 20, false}).label, "second");
}

TEST_F(NetnsLabelsTest, CleansWhatOthersChose) {
  AddProcess(13, "a\x1b[31m\nb\xff", "0::/system.slice/x\x1b.service\n");

  const NetnsDescription hostile =
      Describe({{"p"}, "n\x07", "/m\xc3\xa4" + std::string(5000, 'x'), 13, false});

  EXPECT_EQ(hostile.labels.at("process"), "a?[31m?b?");
  EXPECT_EQ(hostile.labels.at("unit"), "x?.service");
  EXPECT_EQ(hostile.labels.at("named"), "n?");
  EXPECT_EQ(hostile.labels.at("mount").size(), 253u);
  EXPECT_EQ(hostile.labels.at("mount").substr(0, 5), "/m??x");
  EXPECT_EQ(hostile.label, "n?");
}

}  // namespace
}  // namespace berthmaster
