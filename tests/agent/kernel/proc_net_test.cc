#include "agent/kernel/netns/proc_net.h"

#include <map>
#include <string>

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
  EXPECT_EQ(counts.udp_in_use, 3);
  EXPECT_EQ(counts.sockets_used, 171);
  EXPECT_EQ(counts.uncounted(), 160);
}

TEST(Sockstat, NeverOverflows) {
  SockstatCounts counts;
  for (int time = 0; time < 3; ++time) {
    ASSERT_TRUE(AddSockstat("TCP: inuse 2147483647 tw 2147483647\n", counts).ok());
  }
  EXPECT_EQ(counts.tcp_in_use, 2147483647);
  EXPECT_EQ(counts.time_wait, 2147483647);
}

TEST(Sockstat, RefusesWhatHasNoCount) {
  SockstatCounts counts;
  for (const char* text : {"", "UDP: inuse 2\n", "TCP: orphan 0\n", "TCP: inuse x tw 1\n",
                           "TCP: inuse -4 tw 1\n", "TCP: inuse 99999999999 tw 1\n", "TCP: inuse",
                           "TCP: inuse 1 tw", "TCP: inuse 1 tw 1\nUDP: mem 1\n"}) {
    EXPECT_EQ(AddSockstat(text, counts).code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(counts, SockstatCounts());
}

using CounterMap = std::map<std::string, int64_t>;

TEST(Counters, TakesThoseThatMatterFromAllGroups) {
  CounterMap counters;

  ASSERT_TRUE(AddCounters("Ip: Forwarding DefaultTTL\n"
                          "Ip: 2 64\n"
                          "Tcp: RtoAlgorithm MaxConn ActiveOpens AttemptFails\n"
                          "Tcp: 1 -1 29 4\n"
                          "Udp: InDatagrams NoPorts\n"
                          "Udp: 59 7\n",
                          counters)
                  .ok());
  ASSERT_TRUE(AddCounters("TcpExt: SyncookiesSent TW TCPTimeWaitOverflow TCPPureAcks\n"
                          "TcpExt: 1 22 333 4444\n"
                          "IpExt: InNoRoutes TW\n"
                          "IpExt: 4 5\n",
                          counters)
                  .ok());
  ASSERT_TRUE(AddCounters6("Ip6InReceives                   \t12\n"
                           "Udp6NoPorts                     \t8\n"
                           "UdpLite6NoPorts                 \t9\n",
                           counters)
                  .ok());

  EXPECT_EQ(counters, (CounterMap{{"Tcp.ActiveOpens", 29},
                                  {"Tcp.AttemptFails", 4},
                                  {"Udp.NoPorts", 7},
                                  {"Udp6.NoPorts", 8},
                                  {"TcpExt.SyncookiesSent", 1},
                                  {"TcpExt.TW", 22},
                                  {"TcpExt.TCPTimeWaitOverflow", 333}}));
}

TEST(Counters, LeavesOutWhatTheKernelDoesNotCount) {
  CounterMap counters;
  ASSERT_TRUE(AddCounters("TcpExt: TCPFutureCounter\nTcpExt: 5\n", counters).ok());
  EXPECT_TRUE(counters.empty());
}

TEST(Counters, RefusesWhatIsNotOfThatForm) {
  for (const char* text :
       {"", "\n", "IpExt: A\nIpExt: 1\n", "TcpExt: TW\n", "TcpExt: TW\nIpExt: 1\n",
        "TcpExt: TW TWKilled\nTcpExt: 1\n", "TcpExt: TW\nTcpExt: x\n",
        "TcpExt: TW\nTcpExt: 99999999999999999999\n", "TcpExt TW\nTcpExt 1\n"}) {
    CounterMap counters;
    EXPECT_EQ(AddCounters(text, counters).code(), absl::StatusCode::kInvalidArgument) << text;
  }
  CounterMap counters;
  EXPECT_FALSE(AddCounters6("Udp6NoPorts", counters).ok());
  EXPECT_FALSE(AddCounters6("Udp6NoPorts \tx\n", counters).ok());
}

}  // namespace
}  // namespace berthmaster
