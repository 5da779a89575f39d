// Pools of every kind but connect pools and TIME_WAIT tables: what opens, with which cause, and
// what looks alike and is not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/controller/detect/host_simulator.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

IpAddress Ip(absl::string_view text) { return *IpAddress::Parse(text); }

auto Says(const std::string& fact, const std::string& value) {
  return Contains(AllOf(Field(&Evidence::fact, HasSubstr(fact)), Field(&Evidence::value, value)));
}

PoolSample Pool(PoolKind kind, int in_use, int capacity) {
  PoolSample pool;
  pool.kind = kind;
  pool.capacity = capacity;
  pool.in_use = in_use;
  return pool;
}

PoolSample BindPool(int in_use, const std::string& source = "10.0.0.1") {
  PoolSample pool = Pool(PoolKind::kBind, in_use, 400);
  pool.key.source = Ip(source);
  return pool;
}

PoolSample Connects(int in_use, int blocked) {
  PoolSample pool = Pool(PoolKind::kConnect, in_use, 400 - blocked);
  pool.key = {Ip("10.0.0.1"), Ip("10.0.0.2"), 443};
  pool.blocked = blocked;
  pool.states[TcpState::kEstablished] = in_use;
  pool.connection_rate = 0;
  pool.time_wait_rate = 0;
  return pool;
}

PoolSample Listener(int waiting, int backlog, int handshakes = 0) {
  PoolSample pool = Pool(PoolKind::kListener, waiting, backlog + 1);
  pool.key.destination = Ip("0.0.0.0");
  pool.key.destination_port = 8080;
  pool.states[TcpState::kSynRecv] = handshakes;
  return pool;
}

PoolSample Snat(int entries, int capacity, const std::string& destination = "10.9.0.1") {
  PoolSample pool = Pool(PoolKind::kSnat, entries, capacity);
  pool.key = {Ip("192.0.2.1"), Ip(destination), 443};
  return pool;
}

TEST(EarlyBind, ABindPoolThatFillsOpensBeforeItIsFull) {
  HostSimulator host;
  for (int second = 1; second <= 20; ++second) {
    PoolSample connects = Connects(5, 15 * second);
    connects.early_bind_share = 0.9;
    host.Observe(second, {BindPool(5 + 15 * second), connects});
  }

  Incident incident = host.Only();
  EXPECT_EQ(incident.cause, IncidentCause::kEarlyBind);
  EXPECT_LE(*host.opened_at(), 10);
  EXPECT_EQ(incident.pool_kind, PoolKind::kBind);
  EXPECT_THAT(incident.summary, HasSubstr("bind() on 10.0.0.1 in netns blue runs out of ports"));
  EXPECT_THAT(incident.evidence, Says("clients that call bind() first", "300"));
}

TEST(EarlyBind, AFullBindPoolThatNobodyBindsInIsHealthy) {
  HostSimulator host;
  for (int second = 1; second <= 60; ++second) {
    PoolSample loopback = Connects(390, 1);
    loopback.key = {Ip("127.0.0.1"), Ip("127.0.0.1"), 8080};
    loopback.reusable = 380;
    loopback.states = {};
    loopback.states[TcpState::kTimeWait] = 390;
    host.netns().listening_ports_in_range = {40001};
    host.Observe(second, {loopback, BindPool(400, "127.0.0.1"), BindPool(400, "0.0.0.0")});
  }

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(EarlyBind, ItIsTheCauseWhereBoundPortsEatTheCapacity) {
  HostSimulator host;
  PoolSample connects = Connects(40, 360);
  connects.states = {};
  connects.states[TcpState::kTimeWait] = 40;
  host.netns().listening_ports_in_range = {40001, 40002};
  host.Observe(1, {connects});

  EXPECT_EQ(host.Only().cause, IncidentCause::kEarlyBind);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_THAT(host.Only().evidence, Says("clients that call bind() first", "358"));
}

TEST(EarlyBind, ListenersOfTheRangeAreNoClients) {
  HostSimulator host;
  PoolSample connects = Connects(200, 200);
  for (int port = 40000; port < 40200; ++port) {
    host.netns().listening_ports_in_range.push_back(port);
  }
  host.Observe(1, {connects});

  EXPECT_NE(host.Only().cause, IncidentCause::kEarlyBind);
}

TEST(EarlyBind, AddressesOfOneNamespaceAreOneIncident) {
  HostSimulator host;
  PoolSample connects = Connects(40, 360);
  connects.early_bind_share = 0.9;
  host.Observe(1, {connects, BindPool(400), BindPool(400, "0.0.0.0")});

  EXPECT_EQ(host.Only().member_count, 3);
}

TEST(UdpPorts, ALeakOpensLongBeforeTheEnd) {
  HostSimulator host;
  for (int second = 1; second <= 40; ++second) {
    PoolSample udp = Pool(PoolKind::kUdp, 10 * second, 400);
    udp.key.source = Ip("0.0.0.0");
    host.Observe(second, {udp});
  }

  EXPECT_EQ(host.Only().cause, IncidentCause::kUdpPorts);
  EXPECT_LE(*host.opened_at(), 14);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_THAT(host.Only().timeline.back().text, HasSubstr("new UDP sockets get no port now"));
}

TEST(UdpPorts, AResolverThatFillsItsOwnPoolIsHealthy) {
  HostSimulator host;
  for (int second = 1; second <= 120; ++second) {
    PoolSample udp = Pool(PoolKind::kUdp, std::min(240, 80 * second), 400);
    udp.key.source = Ip("0.0.0.0");
    host.Observe(second, {udp});
  }

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(SnatPool, FailsBeforeItIsFull) {
  HostSimulator host;
  for (int second = 1; second <= 3; ++second) host.Observe(second, {Snat(980, 1000)});
  EXPECT_THAT(host.Incidents(), IsEmpty());

  host.netns().counters = {{"conntrack.insert_failed", 7}, {"conntrack.drop", 7}};
  PoolSample other = Snat(400, 1000, "10.9.0.2");
  host.Observe(4, {Snat(980, 1000), other, Pool(PoolKind::kConntrackTable, 1500, 262144)});

  EXPECT_EQ(host.Only().cause, IncidentCause::kSnatPool);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(host.Only().member_count, 1);
  EXPECT_THAT(host.Only().evidence, Says("insert_failed", "7"));
  EXPECT_THAT(host.Only().evidence, Says("240 probes", "0.8 %"));
}

TEST(SnatPool, RacesInEmptyPoolsAreHealthy) {
  HostSimulator host;
  host.netns().counters = {{"conntrack.insert_failed", 30}, {"conntrack.drop", 30}};
  for (int second = 1; second <= 60; ++second) host.Observe(second, {Snat(300, 1000)});

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(SnatPool, ATableThatIsReadEveryTenSecondsGrowsAsEvenlyAsOneThatIsReadEachSecond) {
  // 10 a second into 1000; from half full on it is read with each sample.
  HostSimulator host;
  for (int second = 1; second <= 99; ++second) {
    const int read = second < 50 ? second / 10 * 10 : second;
    host.Observe(second, {Snat(10 * read, 1000)});
  }

  EXPECT_EQ(host.Only().cause, IncidentCause::kSnatPool);
  EXPECT_LE(*host.opened_at(), 30);
}

TEST(SnatPool, ChurnThatSettlesBelowTheRangeIsHealthyAndAboveItIsNot) {
  for (double rate : {6.0, 12.0}) {
    HostSimulator host;
    for (int second = 1; second <= 300; ++second) {
      int entries = static_cast<int>(rate * std::min(second, 120));
      host.Observe(second, {Snat(std::min(entries, 1000), 1000)});
    }
    if (rate < 1000.0 / 120) {
      EXPECT_THAT(host.Incidents(), IsEmpty());
    } else {
      EXPECT_EQ(host.Only().cause, IncidentCause::kSnatPool);
      EXPECT_LE(*host.opened_at(), 30);
    }
  }
}

TEST(SnatPool, SettlesByTheTimeoutOfItsNamespace) {
  // 12 a second for 120 s are more than 1000, and for 30 s they are not.
  HostSimulator host;
  host.netns().sysctls["net.netfilter.nf_conntrack_tcp_timeout_time_wait"] = "30";
  for (int second = 1; second <= 300; ++second) {
    host.Observe(second, {Snat(12 * std::min(second, 30), 1000)});
  }

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(ConntrackTable, IsToldFromTheSnatPool) {
  HostSimulator host;
  host.Observe(1, {});
  host.netns().counters = {{"conntrack.drop", 40}, {"conntrack.early_drop", 12}};
  host.Observe(2, {Pool(PoolKind::kConntrackTable, 65536, 65536), Snat(9000, 64512)});

  EXPECT_EQ(host.Only().cause, IncidentCause::kConntrackTable);
  EXPECT_THAT(host.Only().summary, HasSubstr("the conntrack table of netns blue overflows now"));
  EXPECT_THAT(host.Only().evidence, Says("early_drop, drop", "52"));
}

TEST(ConntrackTable, CountersOfAFirstSampleAreHistory) {
  HostSimulator host;
  HostSample sample = host.SampleOf(1, {Pool(PoolKind::kConntrackTable, 60000, 65536)});
  sample.namespaces[0].sample_interval.reset();
  sample.namespaces[0].counters = {{"conntrack.early_drop", 100000}};

  EXPECT_THAT(host.Observe(sample), IsEmpty());
}

TEST(Listener, DropsInTwoSamplesAreAnOverflow) {
  HostSimulator host;
  host.netns().counters = {{"TcpExt.ListenOverflows", 25}, {"TcpExt.ListenDrops", 25}};
  host.Observe(1, {Listener(129, 128, 60)});
  EXPECT_THAT(host.Incidents(), IsEmpty());
  host.Observe(2, {Listener(129, 128, 60)});

  EXPECT_EQ(host.Only().cause, IncidentCause::kListenerOverflow);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(host.Only().utilization, 1);
  EXPECT_THAT(host.Only().evidence, Says("ListenOverflows", "25"));
  EXPECT_THAT(host.Only().evidence, Says("wait for accept()", "100 % (129 of 129)"));
  EXPECT_THAT(host.Only().summary, HasSubstr("the accept queue of listener 0.0.0.0:8080"));
}

TEST(Listener, ASpikeThatOverflowsOnceIsHealthy) {
  HostSimulator host;
  host.netns().counters = {{"TcpExt.ListenOverflows", 25}};
  host.Observe(1, {Listener(129, 128)});
  host.netns().counters = {};
  for (int second = 2; second <= 30; ++second) host.Observe(second, {Listener(0, 128)});

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(Listener, AnApplicationThatStopsAcceptingIsSeenBeforeItsQueueIsFull) {
  HostSimulator host;
  for (int second = 1; second <= 30; ++second) {
    host.Observe(second, {Listener(std::min(10 * second, 257), 256)});
  }

  EXPECT_EQ(host.Only().cause, IncidentCause::kListenerOverflow);
  EXPECT_LE(*host.opened_at(), 12);
}

TEST(Listener, HandshakesWithoutAnAcceptQueueAreAFlood) {
  HostSimulator host;
  host.netns().counters = {{"TcpExt.TCPReqQFullDoCookies", 900}, {"TcpExt.SyncookiesSent", 900}};
  for (int second = 1; second <= 3; ++second) host.Observe(second, {Listener(2, 128, 128)});

  EXPECT_EQ(host.Only().cause, IncidentCause::kSynFlood);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(host.Only().utilization, 1);
  EXPECT_THAT(host.Only().evidence, Says("TCPReqQFull", "900"));
}

TEST(Listener, ResolvesWhenItAcceptsAgain) {
  HostSimulator host;
  host.netns().counters = {{"TcpExt.ListenOverflows", 25}};
  host.Observe(1, {Listener(129, 128)});
  host.Observe(2, {Listener(129, 128)});
  host.netns().counters = {};
  for (int second = 3; second <= 10; ++second) host.Observe(second, {Listener(3, 128)});

  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
}

TEST(RestartBlocked, OpensWhenItLastsAndResolvesWhenThePortIsFree) {
  HostSimulator host;
  host.netns().findings = {{FindingKind::kRestartBlocked, Ip("0.0.0.0"), 8080, 120}};
  for (int second = 1; second <= 14; ++second) host.Observe(second, {});
  EXPECT_THAT(host.Incidents(), IsEmpty());
  for (int second = 15; second <= 20; ++second) host.Observe(second, {});

  EXPECT_EQ(host.Only().cause, IncidentCause::kRestartBlocked);
  EXPECT_EQ(host.Only().severity, IncidentSeverity::kWarning);
  EXPECT_EQ(host.Only().pool_name, "hosts/web-1/netns/7/pools/listen-0.0.0.0-8080");
  EXPECT_THAT(host.Only().summary, HasSubstr("port 8080 of a listener on 0.0.0.0"));
  EXPECT_THAT(host.Only().evidence, Says("hold the port", "120"));

  host.netns().findings.clear();
  host.Observe(21, {});
  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
  EXPECT_THAT(host.Only().resolve_reason, HasSubstr("free again"));
}

TEST(RestartBlocked, ARestartThatPassesByIsHealthy) {
  HostSimulator host;
  for (int restart = 0; restart < 5; ++restart) {
    host.netns().findings = {{FindingKind::kRestartBlocked, Ip("0.0.0.0"), 8080, 120}};
    for (int second = 1; second <= 8; ++second) host.Observe(restart * 40 + second, {});
    host.netns().findings.clear();
    for (int second = 9; second <= 40; ++second) host.Observe(restart * 40 + second, {});
  }

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(RestartBlocked, ASelfConnectIsNoIncident) {
  HostSimulator host;
  host.netns().findings = {{FindingKind::kSelfConnect, Ip("127.0.0.1"), 40100, 1}};
  for (int second = 1; second <= 40; ++second) host.Observe(second, {});

  EXPECT_THAT(host.Incidents(), IsEmpty());
}

TEST(ConnectFailures, AreTheMomentOfTruthWithTheCallerNamed) {
  HostSimulator host;
  PoolSample pool = Connects(300, 0);
  pool.connect_failures = 12;
  host.netns().connect_failures = {{pool.key, "checkout", 4711, "/shop", 11},
                                   {pool.key, "curl", 99, "", 1}};
  host.Observe(1, {pool});

  Incident incident = host.Only();
  EXPECT_EQ(incident.severity, IncidentSeverity::kCritical);
  EXPECT_EQ(incident.time_to_exhaustion, absl::ZeroDuration());
  EXPECT_THAT(incident.evidence, Says("connect() calls without a port", "12"));
  EXPECT_THAT(incident.evidence, Says("failed in checkout (pid 4711) in /shop", "11"));
  EXPECT_THAT(incident.timeline[0].text, HasSubstr("the verdict: 12 connect() calls without"));
  EXPECT_THAT(incident.timeline[1].text, HasSubstr("exhausted: connect() fails now"));
}

TEST(ConnectFailures, KeepAnIncidentOpen) {
  HostSimulator host;
  PoolSample pool = Connects(100, 0);
  pool.connect_failures = 1;
  for (int second = 1; second <= 60; ++second) host.Observe(second, {pool});
  EXPECT_EQ(host.Only().state, IncidentState::kOpen);

  pool.connect_failures = 0;
  for (int second = 61; second <= 70; ++second) host.Observe(second, {pool});
  EXPECT_EQ(host.Only().state, IncidentState::kResolved);
}

}  // namespace
}  // namespace berthmaster
