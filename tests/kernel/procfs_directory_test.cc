#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/kernel_host_sampler.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/netns/procfs_netns_directory.h"
#include "agent/kernel/netns/procfs_netns_facts.h"
#include "agent/kernel/sockets/procfs_socket_dump.h"
#include "common/clock/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Pair;

// nobody
constexpr uid_t kNobody = 65534;

// A process called "bmprocfs" in `netns`, until the object goes. Single-threaded and without
// anything of the test's but its memory.
class ChildInside {
 public:
  explicit ChildInside(const ScopedNetns& netns) {
    const UniqueFd fd(
        open(absl::StrCat("/run/netns/", netns.name()).c_str(), O_RDONLY | O_CLOEXEC));
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      prctl(PR_SET_NAME, "bmprocfs");
      if (setns(fd.get(), CLONE_NEWNET) != 0 || write(ready[1], "x", 1) != 1) _exit(1);
      while (true) pause();
    }
    char byte;
    if (read(ready[0], &byte, 1) != 1) std::abort();
    close(ready[0]);
    close(ready[1]);
  }
  ~ChildInside() { End(); }
  void End() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  void Stop() const {
    kill(pid_, SIGSTOP);
    int status = 0;
    waitpid(pid_, &status, WUNTRACED);
  }
  pid_t pid() const { return pid_; }
  uint64_t proc_net_inode() const {
    struct stat info;
    if (stat(absl::StrCat("/proc/", pid_, "/net/tcp").c_str(), &info) != 0) std::abort();
    return info.st_ino;
  }

 private:
  pid_t pid_ = -1;
};

NetnsListing ListOf(ProcfsNetnsDirectory& directory) {
  absl::StatusOr<NetnsListing> listing = directory.List();
  EXPECT_EQ(listing.status(), absl::OkStatus());
  return listing.ok() ? *listing : NetnsListing();
}

std::optional<NetnsEntry> Find(ProcfsNetnsDirectory& directory, uint64_t proc_net_inode) {
  for (const NetnsEntry& entry : ListOf(directory).entries) {
    if (entry.proc_net_inode == proc_net_inode) return entry;
  }
  return std::nullopt;
}

// What went wrong in a process that is nobody, which runs `work`; empty when nothing did.
std::string AsNobody(absl::FunctionRef<std::string()> work) {
  int result[2];
  if (pipe(result) != 0) std::abort();
  const pid_t pid = fork();
  if (pid == 0) {
    std::string text = "cannot become nobody";
    if (setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0) text = work();
    const bool is_written = write(result[1], text.data(), text.size()) >= 0;
    _exit(is_written ? 0 : 1);
  }
  close(result[1]);
  std::string text;
  char bytes[1024];
  for (ssize_t got; (got = read(result[0], bytes, sizeof(bytes))) > 0;) {
    text.append(bytes, static_cast<size_t>(got));
  }
  close(result[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  return status == 0 ? text : absl::StrCat(text, " status ", status);
}

int CountListeners(ProcfsSocketDump& dump, const NetnsEntry& entry, absl::Status& status) {
  int count = 0;
  status = dump.Visit(entry, [&count](const SocketRow& row) {
    if (row.state == TcpState::kListen) ++count;
  });
  return count;
}

class ProcfsDirectory : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
    server_ = TestServer::Make(*netns_, "127.0.0.1", 8080, ServerMode::kClosesSecond).value();
  }

  std::unique_ptr<ScopedNetns> netns_;
  std::unique_ptr<TestServer> server_;
  FakeClock clock_;
};

TEST_F(ProcfsDirectory, ShowsTheOwnNamespaceWithItsCookie) {
  ProcfsNetnsDirectory directory({}, clock_);
  const NetnsListing listing = ListOf(directory);
  const uint64_t inode = CurrentNetnsInode().value();
  const auto own = std::find_if(listing.entries.begin(), listing.entries.end(),
                                [&](const NetnsEntry& entry) { return entry.id.inode == inode; });
  ASSERT_NE(own, listing.entries.end());
  EXPECT_EQ(own->id.cookie, CurrentNetnsCookie().value());
  EXPECT_NE(own->fd, nullptr);
}

TEST_F(ProcfsDirectory, FindsANamespaceByAProcessInIt) {
  ChildInside child(*netns_);
  ProcfsNetnsDirectory directory({}, clock_);

  const std::optional<NetnsEntry> entry = Find(directory, child.proc_net_inode());

  ASSERT_TRUE(entry.has_value());
  EXPECT_EQ(entry->label, "bmprocfs");
  EXPECT_THAT(entry->labels, Contains(Pair("pid", absl::StrCat(child.pid()))));
  EXPECT_EQ(entry->fd, nullptr);
  EXPECT_EQ(entry->id.inode, netns_->id().inode);
  EXPECT_EQ(entry->id.cookie, kSyntheticCookieBit | (child.proc_net_inode() & 0xffffffff));
}

TEST_F(ProcfsDirectory, FindsEachNamespaceOnce) {
  ChildInside first(*netns_);
  ChildInside second(*netns_);
  ProcfsNetnsDirectory directory({}, clock_);
  const NetnsListing listing = ListOf(directory);
  EXPECT_EQ(std::count_if(listing.entries.begin(), listing.entries.end(),
                          [&](const NetnsEntry& entry) {
                            return entry.proc_net_inode == first.proc_net_inode();
                          }),
            1);
}

// The whole of observe-lite: nobody sees that namespace's sockets, without a capability.
TEST_F(ProcfsDirectory, IsReadByNobody) {
  ChildInside child(*netns_);
  const uint64_t proc_net_inode = child.proc_net_inode();
  const std::string wrong = AsNobody([&]() -> std::string {
    struct stat info;
    if (stat(absl::StrCat("/proc/", child.pid(), "/ns/net").c_str(), &info) == 0) {
      return "nobody may look at the namespace after all";
    }
    ProcfsNetnsDirectory directory({}, clock_);
    const std::optional<NetnsEntry> entry = Find(directory, proc_net_inode);
    if (!entry.has_value()) return "not found";
    if (entry->id.inode != 0) return "an inode that cannot be known";
    if ((entry->id.cookie & kSyntheticCookieBit) == 0) return "a cookie that cannot be known";
    ProcfsSocketDump dump;
    absl::Status status;
    if (CountListeners(dump, *entry, status) != 1) return "not one listener";
    if (!status.ok()) return status.ToString();
    ProcfsNetnsFactsReader reader(clock_);
    absl::StatusOr<SockstatCounts> counts = reader.ReadCounts(*entry);
    if (!counts.ok()) return counts.status().ToString();
    if (counts->tcp_in_use != 1) return absl::StrCat(counts->tcp_in_use, " sockets in use");
    absl::StatusOr<NetnsFacts> facts = reader.ReadFacts(*entry);
    if (!facts.ok()) return facts.status().ToString();
    if (!facts->sysctls.empty()) return "tunables of another namespace";
    if (facts->limitations.empty()) return "no limitation";
    if (!facts->counters.contains("TcpExt.TW")) return "no counters";
    return "";
  });
  EXPECT_EQ(wrong, "");
}

// Without the port range nothing is known of a capacity, so there is no pool with a wrong one.
TEST_F(ProcfsDirectory, GivesCountsWithoutPoolsWhereTheRangeIsNotKnown) {
  ChildInside child(*netns_);
  const uint64_t cookie = kSyntheticCookieBit | (child.proc_net_inode() & 0xffffffff);
  ProcfsNetnsDirectory directory({}, clock_);
  ProcfsNetnsFactsReader reader(clock_);
  ProcfsSocketDump dump;
  KernelHostSampler::Dependencies dependencies = {directory, reader, dump, clock_};
  KernelHostSampler sampler(dependencies);

  absl::StatusOr<HostSample> sample = sampler.Sample();

  ASSERT_EQ(sample.status(), absl::OkStatus());
  const auto found = std::find_if(sample->namespaces.begin(), sample->namespaces.end(),
                                  [&](const NetnsSample& one) { return one.cookie == cookie; });
  ASSERT_NE(found, sample->namespaces.end());
  EXPECT_EQ(found->tcp_in_use, 1);
  EXPECT_EQ(found->source, SocketSource::kProcfs);
  EXPECT_TRUE(found->pools.empty());
  EXPECT_THAT(found->limitations, Contains(HasSubstr("its port range")));
}

TEST_F(ProcfsDirectory, ReadsTheOwnTunables) {
  ProcfsNetnsDirectory directory({"host"}, clock_);
  struct stat info;
  ASSERT_EQ(stat("/proc/thread-self/net/tcp", &info), 0);
  const std::optional<NetnsEntry> own = Find(directory, info.st_ino);
  if (!own.has_value()) GTEST_SKIP() << "the test does not run in the host's namespace";
  ProcfsNetnsFactsReader reader(clock_);
  EXPECT_THAT(reader.ReadFacts(*own).value().sysctls,
              Contains(Pair("net.ipv4.ip_local_port_range", testing::_)));
}

TEST_F(ProcfsDirectory, ReadsAtAPausedProcess) {
  ChildInside child(*netns_);
  child.Stop();
  ProcfsNetnsDirectory directory({}, clock_);
  const std::optional<NetnsEntry> entry = Find(directory, child.proc_net_inode());
  ASSERT_TRUE(entry.has_value());
  ProcfsSocketDump dump;
  absl::Status status;
  EXPECT_EQ(CountListeners(dump, *entry, status), 1);
  EXPECT_EQ(status, absl::OkStatus());
}

TEST_F(ProcfsDirectory, SaysThatAProcessIsGone) {
  ChildInside child(*netns_);
  ProcfsNetnsDirectory directory({}, clock_);
  std::optional<NetnsEntry> entry = Find(directory, child.proc_net_inode());
  ASSERT_TRUE(entry.has_value());
  child.End();

  ProcfsSocketDump dump;
  ProcfsNetnsFactsReader reader(clock_);
  absl::Status status;
  CountListeners(dump, *entry, status);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(reader.ReadCounts(*entry).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(reader.ReadFacts(*entry).status().code(), absl::StatusCode::kNotFound);
  // At the next look, which is at once, it is gone.
  EXPECT_FALSE(Find(directory, entry->proc_net_inode).has_value());
}

// As when a process's number belongs to another one by now.
TEST_F(ProcfsDirectory, ReadsNoOtherNamespaceUnderItsName) {
  ChildInside child(*netns_);
  ProcfsNetnsDirectory directory({}, clock_);
  std::optional<NetnsEntry> entry = Find(directory, child.proc_net_inode());
  ASSERT_TRUE(entry.has_value());
  entry->proc_net_path = "/proc/self/net";

  ProcfsSocketDump dump;
  absl::Status status;
  EXPECT_EQ(CountListeners(dump, *entry, status), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
}

TEST_F(ProcfsDirectory, GoesOnReadingWhenTheProcessDiesMeanwhile) {
  ChildInside child(*netns_);
  ProcfsNetnsDirectory directory({}, clock_);
  const std::optional<NetnsEntry> entry = Find(directory, child.proc_net_inode());
  ASSERT_TRUE(entry.has_value());
  // More than the page that one read returns.
  FillResult fill;
  netns_->RunInside([&] {
    fill = Fill({.source = "", .destination = "127.0.0.1", .destination_port = 8080}, 200);
  });
  ASSERT_EQ(fill.fds.size(), 200u);

  ProcfsSocketDump dump;
  size_t row_count = 0;
  EXPECT_EQ(dump.Visit(*entry,
                       [&](const SocketRow& row) {
                         child.End();
                         if (row.destination_port == 8080) ++row_count;
                       }),
            absl::OkStatus());
  EXPECT_EQ(row_count, 200u);
}

TEST_F(ProcfsDirectory, TakesALaterProcessForTheSameNamespaceIfItWasThere) {
  auto first = std::make_unique<ChildInside>(*netns_);
  ChildInside second(*netns_);
  const LinuxClock clock;
  // Starts are told in ticks of 10 ms: the look has to be in a later one.
  const absl::Duration start = clock.MonotonicNow();
  while (clock.MonotonicNow() < start + absl::Milliseconds(30)) sched_yield();
  ProcfsNetnsDirectory directory({}, clock);
  const std::optional<NetnsEntry> before = Find(directory, second.proc_net_inode());
  ASSERT_TRUE(before.has_value());
  first.reset();
  const std::optional<NetnsEntry> after = Find(directory, second.proc_net_inode());
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->id.cookie, before->id.cookie);
  EXPECT_NE(after->proc_net_path, before->proc_net_path);

  // Nobody was in it in between, so it may be another one.
  ChildInside third(*netns_);
  const uint64_t inode = second.proc_net_inode();
  second.End();
  const std::optional<NetnsEntry> other = Find(directory, inode);
  ASSERT_TRUE(other.has_value());
  EXPECT_NE(other->id.cookie, before->id.cookie);
  EXPECT_NE(other->id.cookie & kSyntheticCookieBit, 0u);
}

TEST_F(ProcfsDirectory, SaysWhatItDoesNotSee) {
  ProcfsNetnsDirectory directory({"no-such-name"}, clock_);
  const NetnsListing listing = ListOf(directory);
  EXPECT_TRUE(listing.entries.empty());
  EXPECT_THAT(listing.limitations, Contains(HasSubstr("named network namespaces")));
  EXPECT_THAT(listing.limitations, Contains(HasSubstr("'no-such-name'")));
}

}  // namespace
}  // namespace berthmaster
