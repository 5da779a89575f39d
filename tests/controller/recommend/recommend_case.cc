#include "tests/controller/recommend/recommend_case.h"

#include "tests/common/forecast/pool_simulator.h"

namespace berthmaster {
namespace {

void SetPlace(RecommendCase& c) {
  c.netns.label = "blue";
  c.netns.labels = {{"named", "blue"}};
  c.netns.sysctls = {{"net.ipv4.ip_local_port_range", "40000 40399"},
                     {"net.ipv4.ip_local_reserved_ports", ""},
                     {"net.ipv4.ip_unprivileged_port_start", "1024"},
                     {"net.ipv4.tcp_tw_reuse", "2"},
                     {"net.ipv4.tcp_timestamps", "1"},
                     {"net.ipv4.tcp_max_tw_buckets", "131072"},
                     {"net.ipv4.tcp_syn_retries", "6"},
                     {"net.ipv4.tcp_syn_linear_timeouts", "4"},
                     {"net.ipv4.tcp_fin_timeout", "60"},
                     {"net.ipv4.tcp_syncookies", "1"},
                     {"net.ipv4.tcp_max_syn_backlog", "2048"},
                     {"net.core.somaxconn", "4096"},
                     {"net.netfilter.nf_conntrack_tcp_timeout_time_wait", "120"}};
  c.incident.id = "i1";
  c.incident.host_id = "web-1";
  c.incident.netns_label = "blue";
  c.incident.key = c.pool.key;
}

}  // namespace

RecommendCase Churn(double per_second, int seconds, int capacity) {
  RecommendCase c;
  PoolSimulator::Options options;
  options.capacity = capacity;
  options.rate = [per_second](double) { return per_second; };
  options.hold = 0.1;
  PoolSimulator simulator(options);
  simulator.AdvanceTo(seconds);
  c.pool = simulator.Sample();
  c.pool.key.source = *IpAddress::Parse("10.0.0.1");
  c.pool.key.destination = *IpAddress::Parse("10.0.0.2");
  SetPlace(c);
  c.incident.cause = IncidentCause::kTimeWaitChurn;
  return c;
}

RecommendCase CaseOf(IncidentCause cause, PoolKind kind, int in_use, int capacity) {
  RecommendCase c;
  c.pool.kind = kind;
  c.pool.in_use = in_use;
  c.pool.capacity = capacity;
  if (HasSource(kind)) c.pool.key.source = *IpAddress::Parse("10.0.0.1");
  if (HasDestination(kind)) {
    c.pool.key.destination = *IpAddress::Parse("10.0.0.2");
    c.pool.key.destination_port = 443;
  }
  SetPlace(c);
  c.incident.cause = cause;
  c.incident.pool_kind = kind;
  return c;
}

std::vector<RecommendationKind> Kinds(const std::vector<Recommendation>& list) {
  std::vector<RecommendationKind> kinds;
  for (const Recommendation& r : list) kinds.push_back(r.kind);
  return kinds;
}

const Recommendation* Find(const std::vector<Recommendation>& list, RecommendationKind kind) {
  for (const Recommendation& r : list) {
    if (r.kind == kind) return &r;
  }
  return nullptr;
}

}  // namespace berthmaster
