#include "agent/kernel/proc_net.h"

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

TEST(Sockstat, AddsBothFamilies) {
  SockstatCounts counts;

  ASSERT_TRUE(AddSockstat("sockets: used 171\n"
                          "TCP: inuse 5 orphan 0 tw 12 alloc 7 mem 1\n"
                          "UDP: inuse 2 mem 0\n",
                          counts)
                  .ok());
  ASSERT_TRUE(AddSockstat("TCP6: inuse 3\nUDP6: inuse 1\n", counts).ok());

  EXPECT_EQ(counts.tcp_in_use, 8);
  EXPECT_EQ(counts.time_wait, 12);
}

TEST(Sockstat, RefusesWhatHasNoCount) {
  SockstatCounts counts;
  for (const char* text : {"", "UDP: inuse 2\n", "TCP: orphan 0\n", "TCP: inuse x tw 1\n",
                           "TCP: inuse -4 tw 1\n", "TCP: inuse 99999999999 tw 1\n"}) {
    EXPECT_EQ(AddSockstat(text, counts).code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(counts, SockstatCounts());
}

TEST(TcpExt, FindsACounterByItsName) {
  constexpr char kText[] =
      "TcpExt: SyncookiesSent TW TCPTimeWaitOverflow\n"
      "TcpExt: 1 22 333\n"
      "IpExt: InNoRoutes TCPTimeWaitOverflow\n"
      "IpExt: 4 5\n";

  EXPECT_EQ(ParseTcpExt(kText, "TCPTimeWaitOverflow").value(), 333);
  EXPECT_EQ(ParseTcpExt(kText, "NoSuchCounter").value(), 0);
}

TEST(TcpExt, RefusesWhatIsNotOfThatForm) {
  for (const char* text : {"", "IpExt: A\nIpExt: 1\n", "TcpExt: A B\n", "TcpExt: A B\nTcpExt: 1\n",
                           "TcpExt: A B\nTcpExt: 1 x\n"}) {
    EXPECT_FALSE(ParseTcpExt(text, "B").ok()) << text;
  }
}

}  // namespace
}  // namespace berthmaster
