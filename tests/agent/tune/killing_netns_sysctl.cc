#include "tests/agent/tune/killing_netns_sysctl.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/tune/sysctl_drop_in.h"
#include "common/file/file.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

// Persisted values are kept beside the journal.
std::string DirectoryOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

TunerOptions Options(const DesiredChange& change, const std::string& journal_path) {
  TunerOptions options;
  options.profile = AgentProfile::kEnforce;
  options.journal_path = journal_path;
  options.boot_id = "boot-1";
  options.kernel_release = "6.1.0";
  if (change.persist) {
    options.sysctl_d_directory = DirectoryOf(journal_path);
    options.host_netns = {change.netns_cookie, change.netns_inode};
  }
  return options;
}

}  // namespace

absl::StatusOr<std::string> KillingNetnsSysctl::Read(const NetnsId& netns,
                                                     absl::string_view sysctl) {
  Step();
  absl::StatusOr<std::string> value = inner_.Read(netns, sysctl);
  Step();
  return value;
}

absl::Status KillingNetnsSysctl::Write(const NetnsId& netns, absl::string_view sysctl,
                                       absl::string_view value) {
  Step();
  absl::Status written = inner_.Write(netns, sysctl, value);
  Step();
  return written;
}

void KillingNetnsSysctl::Step() {
  if (step_++ == kill_at_) raise(SIGKILL);
}

CrashRun ApplyAndRevert(NetnsSysctl& kernel, const DesiredChange& change,
                        const std::string& journal_path, const Clock& clock, int kill_at) {
  KillingNetnsSysctl killing(kernel, kill_at);
  absl::StatusOr<std::unique_ptr<Tuner>> tuner =
      Tuner::Open(Options(change, journal_path), {&clock, &killing, &killing});
  if (!tuner.ok()) return CrashRun::kFailed;
  DesiredStateReply applied = (*tuner)->Apply({1, 1, {change}});
  (*tuner)->Apply({1, 2, {change}});
  DesiredStateReply reverted = (*tuner)->Apply({2, 3, {}});
  bool ok = applied.results.size() == 1 && applied.results[0].state == ApplyState::kApplied &&
            reverted.results.size() == 1 && reverted.results[0].state == ApplyState::kReverted;
  return ok ? CrashRun::kFinished : CrashRun::kFailed;
}

void ExpectWholeAfterCrash(NetnsSysctl& kernel, const DesiredChange& change,
                           const std::string& journal_path, int kill_at) {
  SCOPED_TRACE(testing::Message() << "killed at step " << kill_at);
  FakeClock clock;
  NetnsId netns = {change.netns_cookie, change.netns_inode};
  absl::StatusOr<std::unique_ptr<Tuner>> tuner =
      Tuner::Open(Options(change, journal_path), {&clock, &kernel, &kernel});
  ASSERT_TRUE(tuner.ok()) << tuner.status();

  std::string value = kernel.Read(netns, change.change.sysctl).value_or("unreadable");
  size_t held = Journal::Open(journal_path, "boot-1").value()->entries().size();
  if (value == change.change.desired_value) {
    EXPECT_EQ(held, 1u);
  } else {
    EXPECT_EQ(value, change.change.expected_value);
    EXPECT_EQ(held, 0u);
  }

  clock.Advance(change.lease);
  (*tuner)->CheckLeases();
  EXPECT_EQ(kernel.Read(netns, change.change.sysctl).value_or("unreadable"),
            change.change.expected_value);
}

void ExpectWholeAfterReboot(NetnsSysctl& kernel, const DesiredChange& change,
                            const std::string& journal_path, int kill_at) {
  SCOPED_TRACE(testing::Message() << "killed at step " << kill_at);
  const std::string drop_in = absl::StrCat(DirectoryOf(journal_path), "/", kDropInName);
  const std::string line =
      absl::StrCat("\n", change.change.sysctl, " = ", change.change.desired_value, "\n");
  const bool has_line = absl::StrContains(ReadFile(drop_in, 1 << 20).value_or(""), line);
  NetnsId netns = {change.netns_cookie, change.netns_inode};
  const SysctlChange& sysctl = change.change;
  ASSERT_TRUE(
      kernel.Write(netns, sysctl.sysctl, has_line ? sysctl.desired_value : sysctl.expected_value)
          .ok());
  FakeClock clock;
  TunerOptions options = Options(change, journal_path);
  options.boot_id = "boot-2";

  absl::StatusOr<std::unique_ptr<Tuner>> tuner = Tuner::Open(options, {&clock, &kernel, &kernel});

  ASSERT_TRUE(tuner.ok()) << tuner.status();
  size_t held = Journal::Open(journal_path, "boot-2").value()->entries().size();
  EXPECT_TRUE(!has_line || held == 1) << "a line whose prior value nobody knows";
  (*tuner)->Apply({9, 9, {}});
  EXPECT_EQ(kernel.Read(netns, sysctl.sysctl).value_or("unreadable"), sysctl.expected_value);
  EXPECT_FALSE(ReadFile(drop_in, 1 << 20).ok());
  EXPECT_EQ(Journal::Open(journal_path, "boot-2").value()->entries().size(), 0u);
}

}  // namespace berthmaster
