#include "tests/controller/api/sample_fleet.h"

#include "common/ids/names.h"

namespace berthmaster {

absl::Time TestTime() { return absl::FromUnixSeconds(1767225600); }

PoolSample MakePool(absl::string_view destination, int32_t in_use, int32_t capacity) {
  PoolSample pool;
  pool.key = {IpAddress::Parse("10.0.0.1").value(), IpAddress::Parse(destination).value(), 443};
  pool.capacity = capacity;
  pool.in_use = in_use;
  pool.states[TcpState::kEstablished] = in_use;
  return pool;
}

NetnsSample MakeNetns(uint64_t cookie, std::vector<PoolSample> pools) {
  NetnsSample netns;
  netns.cookie = cookie;
  netns.inode = 4026531840 + cookie;
  netns.label = "blue";
  netns.sysctls = {{"net.ipv4.ip_local_port_range", "32768 60999"}};
  netns.pools = std::move(pools);
  return netns;
}

Fleet::HostPointer MakeHost(absl::string_view host_id, std::vector<NetnsSample> namespaces,
                            HostState state) {
  auto sample = std::make_shared<HostSample>();
  sample->sequence = 1;
  sample->sample_time = TestTime();
  sample->namespaces = std::move(namespaces);
  auto view = std::make_shared<HostView>();
  view->host.host_id = std::string(host_id);
  view->host.state = state;
  view->host.attach_time = TestTime();
  view->host.sample_time = TestTime();
  view->sample = std::move(sample);
  return view;
}

Fleet::HostPointer MakeSilentHost(absl::string_view host_id, HostState state) {
  auto view = std::make_shared<HostView>();
  view->host.host_id = std::string(host_id);
  view->host.state = state;
  view->host.attach_time = TestTime();
  return view;
}

Incident MakeIncident(absl::string_view id, absl::string_view host_id) {
  Incident incident;
  incident.id = std::string(id);
  incident.host_id = std::string(host_id);
  incident.netns_cookie = 7;
  incident.netns_inode = 4026531847;
  incident.netns_label = "blue";
  incident.key = MakePool("10.0.0.2", 1).key;
  incident.pool_name = PoolName(NetnsName(host_id, 7), PoolKind::kConnect, incident.key);
  incident.open_time = TestTime();
  incident.update_time = TestTime();
  return incident;
}

Recommendation MakeRecommendation(absl::string_view id, absl::string_view incident_id,
                                  int32_t rank) {
  Recommendation recommendation;
  recommendation.id = std::string(id);
  recommendation.incident_id = std::string(incident_id);
  recommendation.host_id = "web-1";
  recommendation.netns_cookie = 7;
  recommendation.netns_inode = 4026531847;
  recommendation.rank = rank;
  recommendation.changes = {{"net.ipv4.tcp_tw_reuse", "2", "1"}};
  recommendation.create_time = TestTime();
  recommendation.update_time = TestTime();
  return recommendation;
}

Rollout MakeRollout(absl::string_view id, absl::string_view host_id) {
  Rollout rollout;
  rollout.id = std::string(id);
  rollout.recommendation_id = "r1";
  rollout.incident_id = "i1";
  rollout.create_time = TestTime();
  rollout.update_time = TestTime();
  rollout.state_time = TestTime();
  RolloutTarget target;
  target.host_id = std::string(host_id);
  target.netns_cookie = 7;
  target.sysctls.push_back({{"net.ipv4.tcp_tw_reuse", "2", "1"}, "", "", ApplyState::kPending, ""});
  rollout.targets.push_back(target);
  return rollout;
}

}  // namespace berthmaster
