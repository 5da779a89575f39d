#include "agent/top/top_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "agent/top/top_columns.h"
#include "tests/agent/top/top_samples.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(const TopSample& sample, const TopState& state, TopFrame frame) {
  frame.host = "web-1";
  return RenderTop(sample, SelectRows(sample, state.sort, state.is_reversed, state.filter), state,
                   frame);
}

// The frame has the size it should, and nothing but printable ASCII.
void ExpectFits(const std::string& frame, size_t width, size_t height) {
  const std::vector<std::string> lines = absl::StrSplit(frame, '\n');
  EXPECT_EQ(lines.size(), height + 1) << frame;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), width) << line;
    for (char c : line) EXPECT_TRUE(absl::ascii_isprint(static_cast<unsigned char>(c))) << line;
  }
}

TEST(RenderTop, ShowsTheFullestPoolFirst) {
  const TopSample sample(TwoNamespaces());

  EXPECT_EQ(
      Render(sample, TopState(), {100, 9}),
      "berthmaster-agent top | web-1 | 00:00:00Z | every 2s | by utilization | sample 3.2 ms CPU\n"
      "2 namespaces, 3 pools (3 shown), 370 TCP, 12 TIME_WAIT | source netlink | limitations: 1\n"
      "NETNS          KIND      POOL                         IN USE/CAP 0    50  100   UTIL   "
      "RATE/s  LEFT\n"
      "blue           connect   10.0.0.1 -> 10.0.0.2:443        350/400 [#####+###.]  87.5%      "
      "5.0   10s\n"
      "green          connect   10.0.0.1 -> 10.0.0.2:443          30/40 [#####+##..]  75.0%        "
      "-     -\n"
      "blue           connect   10.0.0.1 -> 10.0.0.3:443         20/400 [#....|....]   5.0%        "
      "-     -\n"
      "\n"
      "\n"
      "q quit  ? help  / filter  Enter detail  l limitations  p pause\n");
}

TEST(RenderTop, FitsAnyTerminal) {
  const TopSample sample(TwoNamespaces());
  for (TopPage page : {TopPage::kPools, TopPage::kDetail, TopPage::kLimitations, TopPage::kHelp}) {
    TopState state;
    state.page = page;
    for (size_t width : {1, 20, 40, 79, 80, 81, 120, 200, 1000}) {
      for (size_t height : {1, 2, 5, 24, 100}) {
        ExpectFits(Render(sample, state, {width, height}), width, height);
      }
    }
  }
}

TEST(RenderTop, MarksTheKneeAndTheSelection) {
  const TopSample sample(TwoNamespaces());
  const std::string frame = Render(sample, TopState(), {160, 9, true});

  EXPECT_THAT(frame, HasSubstr("\x1b[7mblue "));
  EXPECT_THAT(frame, HasSubstr("[#####+###.]"));
  EXPECT_THAT(frame, HasSubstr("[#....|....]"));
  EXPECT_THAT(frame, HasSubstr("\x1b[33mgreen"));
  EXPECT_THAT(Render(sample, TopState(), {160, 9, false}), Not(HasSubstr("\x1b")));
}

// A pod may be called anything.
TEST(RenderTop, LetsNothingForeignReachTheTerminal) {
  const std::string evil = "\x1b]0;owned\x07\x1b[2J\r\n\x9b\x31m\xe2\x80\xae\xff\t";
  HostSample taken = TwoNamespaces();
  taken.namespaces[0].label = evil;
  taken.namespaces[0].labels = {{evil, evil}};
  taken.namespaces[0].sysctls = {{evil, evil}};
  taken.namespaces[0].limitations = {evil};
  PoolOwner owner;
  owner.process = evil;
  owner.cgroup = evil;
  taken.namespaces[0].pools[0].owners = {owner};
  taken.limitations = {evil};
  const TopSample sample(taken);
  for (TopPage page : {TopPage::kPools, TopPage::kDetail, TopPage::kLimitations}) {
    TopState state;
    state.page = page;
    TopFrame frame{120, 40};
    frame.failure = evil;
    ExpectFits(Render(sample, state, frame), 120, 40);
  }
  for (char c : RenderBatch(sample, SelectRows(sample, TopSort::kUtilization, false, ""), evil)) {
    EXPECT_TRUE(c == '\n' || absl::ascii_isprint(static_cast<unsigned char>(c)));
  }
}

TEST(RenderTop, ShowsWhatIsKnownOfOnePool) {
  HostSample taken = TwoNamespaces();
  PoolSample& pool = taken.namespaces[0].pools[0];
  PoolOwner owner;
  owner.process = "nginx";
  owner.pid = 4711;
  owner.sockets = 300;
  pool.owners = {owner};
  pool.time_wait_releases.assign(kReleaseSeconds, 0);
  pool.time_wait_releases[1] = 1;
  pool.time_wait_releases[2] = 10;
  TopState state;
  state.page = TopPage::kDetail;
  const std::string frame = Render(TopSample(taken), state, {100, 40});

  EXPECT_THAT(frame, HasSubstr("Pool               connect 10.0.0.1 -> 10.0.0.2:443\n"));
  EXPECT_THAT(frame, HasSubstr("In use             350 of 400, 0 reusable, 0 blocked\n"));
  EXPECT_THAT(frame, HasSubstr("Connections        5.0/s\n"));
  EXPECT_THAT(frame, HasSubstr("Failed connects    not known\n"));
  EXPECT_THAT(frame, HasSubstr("     300  nginx (4711)\n"));
  EXPECT_THAT(frame, HasSubstr("\n._#....."));
}

TEST(RenderTop, SaysWhyThereIsNoSample) {
  TopFrame frame{80, 6};
  frame.failure = "no netlink; run as root";
  EXPECT_THAT(Render(TopSample(), TopState(), frame),
              HasSubstr("No sample: no netlink; run as root\n"));
}

TEST(RenderBatch, CutsNothing) {
  const TopSample sample(TwoNamespaces());
  const std::string text =
      RenderBatch(sample, SelectRows(sample, TopSort::kUtilization, false, ""), "web-1");

  EXPECT_THAT(text, HasSubstr("ESTABLISHED=350"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
}

TEST(RenderBatch, NamesTheLargestOwner) {
  HostSample taken = TwoNamespaces();
  taken.namespaces[0].pools[0].owners = {{"api", 10, "/api", 300}, {"job", 20, "/job", 50}};
  taken.namespaces[0].pools[1].owners = {{"", 0, "/cron", 7}};
  const TopSample sample(taken);
  const std::string text =
      RenderBatch(sample, SelectRows(sample, TopSort::kUtilization, false, ""), "web-1");

  EXPECT_THAT(text, HasSubstr(" OWNERS "));
  EXPECT_THAT(text, HasSubstr(" api:300 +1 "));
  EXPECT_THAT(text, HasSubstr(" /cron:7 "));
}

TEST(TimeLeftText, RoundsDown) {
  EXPECT_EQ(TimeLeftText(std::nullopt), "-");
  EXPECT_EQ(TimeLeftText(absl::ZeroDuration()), "now");
  EXPECT_EQ(TimeLeftText(absl::Seconds(119.9)), "119s");
  EXPECT_EQ(TimeLeftText(absl::Minutes(119)), "119m");
  EXPECT_EQ(TimeLeftText(absl::Hours(23)), "23h");
}

TEST(UtilizationBar, HasTheKneeInItsMiddle) {
  EXPECT_EQ(UtilizationBar(0, 12), "[.....|....]");
  EXPECT_EQ(UtilizationBar(0.001, 12), "[#....|....]");
  EXPECT_EQ(UtilizationBar(0.5, 12), "[#####|....]");
  EXPECT_EQ(UtilizationBar(1, 12), "[#####+####]");
  EXPECT_EQ(UtilizationBar(7, 12), "[#####+####]");
}

}  // namespace
}  // namespace berthmaster
