#include "agent/kernel/capabilities.h"

#include <dirent.h>
#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/netns/linux_netns_sysctl.h"
#include "agent/kernel/netns/netns_scan.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "tests/kernel/limited_child.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

constexpr char kReuse[] = "net.ipv4.tcp_tw_reuse";
constexpr uid_t kNobody = 65534;

CapabilitySet AllOf(AgentProfile profile) {
  uint64_t bits = 0;
  for (Capability one : CapabilitiesOf(profile)) bits |= CapabilitySet({one}).bits();
  return CapabilitySet(bits);
}

CapabilitySet ObserveWithout(Capability missing) {
  return CapabilitySet(AllOf(AgentProfile::kObserve).bits() & ~CapabilitySet({missing}).bits());
}

// A process of another user in a namespace without a name, as a container's is.
class StrangerProcess {
 public:
  StrangerProcess() {
    int ready[2];
    if (pipe(ready) != 0) return;
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const bool is_good = syscall(SYS_unshare, 0x40000000 /* CLONE_NEWNET */) == 0 &&
                           setresgid(kNobody, kNobody, kNobody) == 0 &&
                           setresuid(kNobody, kNobody, kNobody) == 0 &&
                           prctl(PR_SET_DUMPABLE, 1) == 0;
      if (is_good && write(ready[1], "r", 1) == 1) {
        while (true) pause();
      }
      _exit(1);
    }
    close(ready[1]);
    char letter = 0;
    is_ready_ = read(ready[0], &letter, 1) == 1;
    close(ready[0]);
  }
  ~StrangerProcess() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  bool is_ready() const { return is_ready_; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  bool is_ready_ = false;
};

std::string SampledLabel(const std::string& filter) {
  LinuxClock clock;
  absl::StatusOr<HostSample> sample = MakeLinuxHostSampler({{filter}}, clock)->Sample();
  if (!sample.ok()) return absl::StrCat("error: ", sample.status().message());
  return sample->namespaces.empty() ? "none" : absl::StrCat("seen ", sample->namespaces[0].label);
}

// Whether a conntrack question is let in at all: nfnetlink answers EPERM before it looks at it.
std::string AskNetfilter() {
  UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  struct {
    nlmsghdr header;
    nfgenmsg message;
  } request = {};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | 1;  // IPCTNL_MSG_CT_GET
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_DUMP;
  char answer[4096];
  if (!fd.valid() || send(fd.get(), &request, sizeof(request), 0) < 0) return "no netlink";
  if (recv(fd.get(), answer, sizeof(answer), 0) < static_cast<ssize_t>(sizeof(nlmsghdr))) {
    return "no answer";
  }
  nlmsgerr error{};
  nlmsghdr header{};
  memcpy(&header, answer, sizeof(header));
  if (header.nlmsg_type != NLMSG_ERROR) return "answered";
  memcpy(&error, answer + sizeof(header), sizeof(error));
  return error.error == -EPERM ? "EPERM" : "answered";
}

std::string OpenFilesOf(pid_t pid) {
  DIR* directory = opendir(absl::StrCat("/proc/", pid, "/fd").c_str());
  if (directory == nullptr) return errno == EACCES ? "EACCES" : "another error";
  closedir(directory);
  return "open";
}

class CapabilitiesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HoldsAllOfObserve()) GTEST_SKIP() << kNeedsCapabilities;
  }
};

TEST(CapabilityTable, HasOneRowForEachProfile) {
  EXPECT_EQ(AllOf(AgentProfile::kObserveLite).bits(), 0u);
  // 2 DAC_READ_SEARCH, 12 NET_ADMIN, 19 SYS_PTRACE, 21 SYS_ADMIN, 38 PERFMON, 39 BPF.
  EXPECT_EQ(AllOf(AgentProfile::kObserve).bits(), 0xc000281004u);
  EXPECT_EQ(AllOf(AgentProfile::kEnforce).bits(), 0xc000281004u);
  EXPECT_EQ(CapabilityName(Capability::kBpf), "CAP_BPF");
}

TEST_F(CapabilitiesTest, GivesUpEverythingElseForGood) {
  const CapabilitySet keep = {Capability::kNetAdmin, Capability::kSysAdmin};

  EXPECT_EQ(RunLimited(keep,
                       [&] {
                         CapabilityState state = ReadCapabilities().value();
                         if (state.permitted != keep || state.effective != keep) return "sets";
                         if (state.bounding != keep) return "bounding";
                         if (state.ambient.bits() != 0 || state.inheritable.bits() != 0) {
                           return "ambient";
                         }
                         if (!state.no_new_privileges) return "no_new_privs";
                         __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
                         __user_cap_data_struct all[2] = {{~0u, ~0u, 0}, {~0u, ~0u, 0}};
                         if (syscall(SYS_capset, &header, all) == 0) return "taken back";
                         return "limited";
                       }),
            "limited");
}

TEST_F(CapabilitiesTest, GivesNothingToWhatItStarts) {
  const std::string status = RunLimited({}, [] {
    FILE* cat = popen("cat /proc/self/status", "r");
    char text[8192] = {};
    const size_t size = fread(text, 1, sizeof(text) - 1, cat);
    pclose(cat);
    return std::string(text, size);
  });

  EXPECT_THAT(status, HasSubstr("CapPrm:\t0000000000000000"));
  EXPECT_THAT(status, HasSubstr("CapBnd:\t0000000000000000"));
  EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1"));
}

// Where CAP_SETPCAP is missing the bounding set stays, and must not matter.
TEST_F(CapabilitiesTest, NeedsNoCapabilityToGiveThemUp) {
  const std::string status = RunLimited({Capability::kSysAdmin}, [] {
    if (!LimitCapabilities({}).ok()) return std::string("refused");
    FILE* cat = popen("cat /proc/self/status", "r");
    char text[8192] = {};
    const size_t size = fread(text, 1, sizeof(text) - 1, cat);
    pclose(cat);
    return std::string(text, size);
  });

  EXPECT_THAT(status, HasSubstr("CapBnd:\t0000000000200000"));
  EXPECT_THAT(status, HasSubstr("CapPrm:\t0000000000000000"));
}

TEST_F(CapabilitiesTest, NamedNamespacesTakeSysAdmin) {
  auto netns = ScopedNetns::Make().value();
  const auto look = [&] { return SampledLabel(netns->name()); };

  EXPECT_EQ(RunLimited({Capability::kSysAdmin}, look), absl::StrCat("seen ", netns->name()));
  EXPECT_THAT(RunLimited(ObserveWithout(Capability::kSysAdmin), look), HasSubstr("CAP_SYS_ADMIN"));
}

TEST_F(CapabilitiesTest, NamespacesOfOthersTakeSysPtrace) {
  StrangerProcess stranger;
  ASSERT_TRUE(stranger.is_ready());
  uint64_t inode = 0;
  const NetnsScan scan = ScanNetns();
  for (const auto& [number, found] : scan.found) {
    if (found.leading_pid == stranger.pid()) inode = number;
  }
  ASSERT_NE(inode, 0u);
  const auto look = [&] { return SampledLabel(absl::StrCat(inode)); };

  EXPECT_THAT(RunLimited({Capability::kSysAdmin, Capability::kSysPtrace}, look),
              HasSubstr("seen "));
  EXPECT_EQ(RunLimited(ObserveWithout(Capability::kSysPtrace), look), "none");
}

TEST_F(CapabilitiesTest, OpenFilesOfOthersTakeSysPtraceAndDacReadSearch) {
  StrangerProcess stranger;
  ASSERT_TRUE(stranger.is_ready());
  const auto look = [&] { return OpenFilesOf(stranger.pid()); };

  EXPECT_EQ(RunLimited({Capability::kSysPtrace, Capability::kDacReadSearch}, look), "open");
  EXPECT_EQ(RunLimited(ObserveWithout(Capability::kDacReadSearch), look), "EACCES");
}

TEST_F(CapabilitiesTest, ConntrackTakesNetAdmin) {
  EXPECT_EQ(RunLimited({Capability::kNetAdmin}, AskNetfilter), "answered");
  EXPECT_EQ(RunLimited(ObserveWithout(Capability::kNetAdmin), AskNetfilter), "EPERM");
}

// net_ctl_permissions: CAP_NET_ADMIN in the namespace's user namespace, or being root there by the
// file's mode. So enforce needs nothing beyond observe.
TEST_F(CapabilitiesTest, WritingSysctlsTakesRootOrNetAdmin) {
  auto netns = ScopedNetns::Make().value();
  ASSERT_TRUE(netns->SetSysctl(kReuse, "2").ok());
  const auto write_value = [&](const char* value) {
    return [&netns, value]() -> std::string {
      LinuxNetnsSysctl sysctl{{}};
      absl::Status written = sysctl.Write(netns->id(), kReuse, value);
      return written.ok() ? "written" : absl::StatusCodeToString(written.code());
    };
  };
  const CapabilitySet enter = {Capability::kSysAdmin};

  EXPECT_EQ(RunLimited(enter, write_value("1")), "written");
  EXPECT_EQ(netns->GetSysctl(kReuse).value(), "1");
  EXPECT_EQ(RunLimited(enter, write_value("0"), kNobody), "PERMISSION_DENIED");
  EXPECT_EQ(netns->GetSysctl(kReuse).value(), "1");
  EXPECT_EQ(RunLimited({Capability::kSysAdmin, Capability::kNetAdmin}, write_value("0"), kNobody),
            "written");
  EXPECT_EQ(netns->GetSysctl(kReuse).value(), "0");
}

class AgentProcessTest : public CapabilitiesTest,
                         public testing::WithParamInterface<AgentProfile> {};

// Every thread of a running agent: the drop comes before the first.
TEST_P(AgentProcessTest, HoldsWhatItsProfileNeedsOnEveryThread) {
  const bool is_lite = GetParam() == AgentProfile::kObserveLite;
  const char* name = is_lite                                ? "observe-lite"
                     : GetParam() == AgentProfile::kObserve ? "observe"
                                                            : "enforce";
  auto netns = ScopedNetns::Make().value();
  TempDirectory state;
  auto agent = ChildProcess::Start({BinaryPath("berthmaster-agent"), "--controller", "127.0.0.1:1",
                                    "--metrics-listen", "127.0.0.1:0", "--profile", name,
                                    "--state-dir", state.path(), "--netns", netns->name()});
  ASSERT_TRUE(agent->WaitForOutput("samples as host", absl::Seconds(20))) << agent->Output();

  DIR* tasks = opendir(absl::StrCat("/proc/", agent->pid(), "/task").c_str());
  ASSERT_NE(tasks, nullptr);
  int thread_count = 0;
  while (const dirent* entry = readdir(tasks)) {
    if (entry->d_name[0] == '.') continue;
    absl::StatusOr<std::string> status = ReadFile(
        absl::StrCat("/proc/", agent->pid(), "/task/", entry->d_name, "/status"), 64 * 1024);
    if (absl::IsNotFound(status.status())) continue;
    ASSERT_TRUE(status.ok());
    ++thread_count;
    const char* wanted = is_lite ? "0000000000000000" : "000000c000281004";
    for (const char* set : {"CapPrm:\t", "CapEff:\t", "CapBnd:\t"}) {
      EXPECT_THAT(*status, HasSubstr(absl::StrCat(set, wanted)));
    }
    EXPECT_THAT(*status, HasSubstr("NoNewPrivs:\t1"));
  }
  closedir(tasks);
  EXPECT_GE(thread_count, 2);
  agent->Signal(SIGTERM);
  EXPECT_EQ(agent->WaitForExit(absl::Seconds(10)), 0) << agent->Output();
}

INSTANTIATE_TEST_SUITE_P(Profiles, AgentProcessTest,
                         testing::Values(AgentProfile::kObserveLite, AgentProfile::kObserve,
                                         AgentProfile::kEnforce));

}  // namespace
}  // namespace berthmaster
