#include "agent/kernel/sockets/socket_source.h"

#include "common/clock/clock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

constexpr SocketSource kSources[] = {SocketSource::kNetlink, SocketSource::kSs,
                                     SocketSource::kProcfs};

TEST(SocketSources, HaveNames) {
  EXPECT_EQ(ParseSocketSource("netlink"), SocketSource::kNetlink);
  EXPECT_EQ(ParseSocketSource("ss"), SocketSource::kSs);
  EXPECT_EQ(ParseSocketSource("procfs"), SocketSource::kProcfs);
  EXPECT_EQ(ParseSocketSource("auto"), std::nullopt);
  EXPECT_EQ(ParseSocketSource(""), std::nullopt);
  for (SocketSource source : kSources) {
    EXPECT_EQ(ParseSocketSource(SocketSourceName(source)), source);
  }
}

TEST(SocketSources, MakeDumpsThatSayWhereTheirRowsAreFrom) {
  const LinuxClock clock;
  for (SocketSource source : kSources) {
    EXPECT_EQ(MakeSocketDump(source, clock)->source(), source);
    EXPECT_EQ(MakeSocketDump(source, clock)->counters(), SocketDumpCounters());
  }
}

TEST(SocketSources, SayWhatTheyLack) {
  EXPECT_TRUE(FeaturesOf(SocketSource::kNetlink).limitations.empty());
  EXPECT_FALSE(FeaturesOf(SocketSource::kSs).has_bound_sockets);
  EXPECT_FALSE(FeaturesOf(SocketSource::kSs).limitations.empty());
  EXPECT_FALSE(FeaturesOf(SocketSource::kProcfs).has_cookies);
  EXPECT_FALSE(FeaturesOf(SocketSource::kProcfs).limitations.empty());
}

// Every kernel that the tests run on has sock_diag.
TEST(SocketSources, TakeNetlinkWhereItAnswers) {
  EXPECT_EQ(ProbeSocketSource(), SocketSource::kNetlink);
}

TEST(SocketSources, RefuseANamespaceThatCannotBeReached) {
  const LinuxClock clock;
  NetnsEntry entry;
  entry.label = "out-of-reach";
  for (SocketSource source : kSources) {
    absl::Status status = MakeSocketDump(source, clock)->Visit(entry, [](const SocketRow&) {});
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace berthmaster
