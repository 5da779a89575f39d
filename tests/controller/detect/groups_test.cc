// Pools that belong together are one incident, and those that do not are not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/detect/incident_tracker.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const absl::Time kStart = absl::FromUnixSeconds(1795305600);

// Hosts of one namespace each, whose samples go to one tracker.
class Fleet {
 public:
  Fleet() : tracker_([this](absl::Time) { return absl::StrFormat("i%03d", ++ids_); }) {}

  std::vector<Incident> Observe(const std::string& host_id, int second,
                                std::vector<PoolSample> pools) {
    HostSample sample;
    sample.sequence = ++sequences_[host_id];
    sample.sample_time = kStart + absl::Seconds(second);
    NetnsSample netns;
    netns.cookie = 7;
    netns.label = "blue";
    netns.labels = labels_[host_id];
    if (last_.contains(host_id)) netns.sample_interval = absl::Seconds(second - last_[host_id]);
    last_[host_id] = second;
    netns.pools = std::move(pools);
    sample.namespaces.push_back(std::move(netns));
    std::vector<Incident> changed = tracker_.Observe(host_id, sample, sample.sample_time);
    for (const Incident& incident : changed) incidents_[incident.id] = incident;
    return changed;
  }

  std::map<std::string, std::string>& labels(const std::string& host_id) {
    return labels_[host_id];
  }
  IncidentTracker& tracker() { return tracker_; }
  const std::map<std::string, Incident>& incidents() const { return incidents_; }
  const Incident& Only() const {
    EXPECT_EQ(incidents_.size(), 1);
    return incidents_.begin()->second;
  }

 private:
  int ids_ = 0;
  IncidentTracker tracker_;
  std::map<std::string, int64_t> sequences_;
  std::map<std::string, int> last_;
  std::map<std::string, std::map<std::string, std::string>> labels_;
  std::map<std::string, Incident> incidents_;
};

PoolSample Stuck(int in_use, const std::string& destination = "10.0.0.2") {
  PoolSample pool;
  pool.key = {*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse(destination), 443};
  pool.capacity = 400;
  pool.in_use = pool.states[TcpState::kCloseWait] = in_use;
  pool.connection_rate = 0;
  pool.time_wait_rate = 0;
  return pool;
}

std::vector<std::string> HostsOf(const Incident& incident) {
  std::vector<std::string> hosts;
  for (const IncidentMember& member : incident.members) hosts.push_back(member.host_id);
  return hosts;
}

TEST(Groups, OneDestinationThatHurtsManyHostsIsOneIncident) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400)});
  fleet.Observe("b", 2, {Stuck(400)});
  fleet.Observe("c", 3, {Stuck(400)});

  EXPECT_EQ(fleet.Only().host_id, "a");
  EXPECT_THAT(HostsOf(fleet.Only()), ElementsAre("a", "b", "c"));
  EXPECT_EQ(fleet.Only().members[1].join_time, kStart + absl::Seconds(2));
  EXPECT_THAT(fleet.Only().timeline[2].text,
              HasSubstr("joined: 10.0.0.1 → 10.0.0.2:443 in netns blue on b, 100 % in use"));
}

TEST(Groups, ResolvesWhenTheLastPoolIsCalm) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400)});
  fleet.Observe("b", 1, {Stuck(400)});

  fleet.Observe("a", 2, {});
  EXPECT_EQ(fleet.Only().state, IncidentState::kOpen);
  EXPECT_EQ(fleet.Only().host_id, "b") << "the worst that is left";
  EXPECT_EQ(fleet.Only().pool_name, "hosts/b/netns/7/pools/10.0.0.1-10.0.0.2-443");
  EXPECT_EQ(fleet.Only().member_count, 1);
  EXPECT_THAT(fleet.Only().timeline.back().text, HasSubstr("left: "));

  for (int second = 2; second <= 9; ++second) fleet.Observe("b", second, {Stuck(40)});
  EXPECT_EQ(fleet.Only().state, IncidentState::kResolved);
}

TEST(Groups, LoopbackIsAnotherDestinationOnEachHost) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400, "127.0.0.1")});
  fleet.Observe("b", 1, {Stuck(400, "127.0.0.1")});
  fleet.Observe("c", 1, {Stuck(400, "169.254.169.254")});
  fleet.Observe("d", 1, {Stuck(400, "169.254.169.254")});

  EXPECT_THAT(fleet.incidents(), SizeIs(4));
}

TEST(Groups, PoolsOfOneNamespaceAreOneIncident) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400), Stuck(400, "10.0.0.3")});

  EXPECT_EQ(fleet.Only().member_count, 2);
}

TEST(Groups, UnlessOtherProcessesHoldThem) {
  Fleet fleet;
  PoolSample shop = Stuck(400);
  shop.owners = {{"shop", 1, "", 400}};
  PoolSample mail = Stuck(400, "10.0.0.3");
  mail.owners = {{"mail", 2, "", 400}};
  fleet.Observe("a", 1, {shop, mail});

  EXPECT_THAT(fleet.incidents(), SizeIs(2));
}

TEST(Groups, PodsOfOneWorkloadAreOneIncident) {
  Fleet fleet;
  fleet.labels("a")["workload"] = "deployment/shop";
  fleet.labels("b")["workload"] = "deployment/shop";
  fleet.labels("c")["workload"] = "deployment/mail";
  fleet.Observe("a", 1, {Stuck(400, "10.0.0.3")});
  fleet.Observe("b", 1, {Stuck(400, "10.0.0.4")});
  fleet.Observe("c", 1, {Stuck(400, "10.0.0.5")});

  ASSERT_THAT(fleet.incidents(), SizeIs(2));
  EXPECT_EQ(fleet.incidents().at("i001").member_count, 2);
}

TEST(Groups, DoNotGrowIntoEachOther) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400)});
  fleet.Observe("b", 1, {Stuck(400)});
  // Two hosts and two destinations: by destination, and no chain that joins them all.
  fleet.Observe("a", 2, {Stuck(400), Stuck(400, "10.0.0.3")});
  fleet.Observe("b", 2, {Stuck(400), Stuck(400, "10.0.0.3")});

  ASSERT_THAT(fleet.incidents(), SizeIs(2));
  EXPECT_THAT(HostsOf(fleet.incidents().at("i001")), ElementsAre("a", "b"));
  EXPECT_THAT(HostsOf(fleet.incidents().at("i002")), ElementsAre("a", "b"));
}

TEST(Groups, ShowThePoolThatFails) {
  Fleet fleet;
  // Near the limit for long enough, which is a warning.
  for (int second = 1; second <= 15; ++second) fleet.Observe("a", second, {Stuck(370)});
  ASSERT_EQ(fleet.Only().severity, IncidentSeverity::kWarning);
  for (int second = 16; second <= 30; ++second) {
    fleet.Observe("a", second, {Stuck(370)});
    fleet.Observe("b", second, {Stuck(400)});
  }

  EXPECT_EQ(fleet.Only().severity, IncidentSeverity::kCritical);
  EXPECT_EQ(fleet.Only().host_id, "b");
  EXPECT_EQ(fleet.Only().utilization, 1);
  EXPECT_THAT(HostsOf(fleet.Only()), ElementsAre("b", "a"));
  EXPECT_EQ(fleet.Only().members[1].severity, IncidentSeverity::kWarning);
}

TEST(Groups, AreBoundedInWhatTheyShow) {
  Fleet fleet;
  for (int host = 0; host < 300; ++host) {
    fleet.Observe(absl::StrFormat("h%03d", host), 1 + host / 10, {Stuck(400)});
  }

  EXPECT_EQ(fleet.Only().member_count, 300);
  EXPECT_THAT(fleet.Only().members, SizeIs(kIncidentMembersMax));
  EXPECT_LE(fleet.Only().timeline.size(), 40);
  EXPECT_THAT(fleet.Only().timeline[0].text, HasSubstr("opened as CRITICAL"));

  for (int host = 0; host < 299; ++host) fleet.Observe(absl::StrFormat("h%03d", host), 60, {});
  EXPECT_THAT(HostsOf(fleet.Only()), ElementsAre("h299"));
  EXPECT_TRUE(fleet.Only().active());
}

TEST(Groups, OutliveARestartOfTheController) {
  Fleet before;
  before.Observe("a", 1, {Stuck(400)});
  before.Observe("b", 1, {Stuck(400)});
  Fleet after;
  after.tracker().Restore({before.Only()});

  after.Observe("a", 2, {});
  EXPECT_EQ(after.Only().id, "i001");
  EXPECT_THAT(HostsOf(after.Only()), ElementsAre("b"));
  after.Observe("c", 3, {Stuck(400)});
  EXPECT_THAT(HostsOf(after.Only()), ElementsAre("b", "c"));
}

TEST(Groups, OfARowWithoutMembersHaveItsOwnPool) {
  Fleet before;
  before.Observe("a", 1, {Stuck(400)});
  Incident old = before.Only();
  old.members.clear();
  old.member_count = 0;
  Fleet after;
  after.tracker().Restore({old});

  after.Observe("a", 2, {});

  EXPECT_EQ(after.Only().state, IncidentState::kResolved);
}

TEST(Groups, AreResolvedByAPersonAsAWhole) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400)});
  fleet.Observe("b", 1, {Stuck(400)});
  ASSERT_TRUE(fleet.tracker().Resolve("i001", "ada", "known", kStart + absl::Seconds(2)).ok());

  EXPECT_THAT(fleet.Observe("a", 30, {Stuck(400)}), IsEmpty());
  EXPECT_THAT(fleet.Observe("b", 30, {Stuck(400)}), IsEmpty());
  ASSERT_THAT(fleet.Observe("b", 63, {Stuck(400)}), SizeIs(1));
  EXPECT_EQ(fleet.incidents().at("i002").host_id, "b");
}

TEST(Groups, OpenAgainWithWhoeverComesBack) {
  Fleet fleet;
  fleet.Observe("a", 1, {Stuck(400)});
  fleet.Observe("b", 1, {Stuck(400)});
  fleet.Observe("a", 2, {});
  fleet.Observe("b", 2, {});
  ASSERT_EQ(fleet.Only().state, IncidentState::kResolved);

  fleet.Observe("a", 20, {Stuck(400)});
  fleet.Observe("c", 20, {Stuck(400)});

  EXPECT_EQ(fleet.Only().state, IncidentState::kOpen);
  EXPECT_THAT(HostsOf(fleet.Only()), ElementsAre("a", "c"));
}

}  // namespace
}  // namespace berthmaster
