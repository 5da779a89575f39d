#include "tests/controller/detect/host_simulator.h"

#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1795305600);

}  // namespace

HostSimulator::HostSimulator()
    : tracker_([this](absl::Time) { return absl::StrFormat("i%03d", ++ids_); }), now_(kStart) {
  netns_.cookie = kBlueCookie;
  netns_.inode = 4026532000;
  netns_.label = "blue";
  netns_.labels = {{"named", "blue"}};
  netns_.sysctls = {{"net.ipv4.ip_local_port_range", "40000 40399"},
                    {"net.ipv4.ip_local_reserved_ports", ""},
                    {"net.ipv4.ip_unprivileged_port_start", "1024"},
                    {"net.ipv4.tcp_tw_reuse", "2"},
                    {"net.ipv4.tcp_timestamps", "1"},
                    {"net.ipv4.tcp_max_tw_buckets", "131072"}};
  // The agent was there before the load: it has sent a sample of the empty namespace.
  Observe(0, {});
}

HostSample HostSimulator::SampleOf(double time, std::vector<PoolSample> pools) {
  HostSample sample;
  sample.sequence = ++sequence_;
  sample.sample_time = kStart + absl::Seconds(time);
  NetnsSample netns = netns_;
  if (time > last_time_) netns.sample_interval = absl::Seconds(time - last_time_);
  for (PoolSample& pool : pools) {
    if (pool.kind == PoolKind::kConnect && pool.key == PoolKey{{}, {}, 443}) {
      pool.key.source = *IpAddress::Parse("10.0.0.1");
      pool.key.destination = *IpAddress::Parse("10.0.0.2");
    }
  }
  netns.pools = std::move(pools);
  sample.namespaces.push_back(std::move(netns));
  return sample;
}

std::vector<Incident> HostSimulator::Observe(double time, std::vector<PoolSample> pools) {
  HostSample sample = SampleOf(time, std::move(pools));
  last_time_ = time;
  return Observe(sample);
}

std::vector<Incident> HostSimulator::Observe(const HostSample& sample) {
  now_ = sample.sample_time;
  std::vector<Incident> changed = tracker_.Observe("web-1", sample, now_);
  for (const Incident& incident : changed) {
    ++writes_;
    if (incident.active() && !opened_at_.has_value()) {
      opened_at_ = absl::ToDoubleSeconds(now_ - kStart);
    }
    incidents_[incident.id] = incident;
  }
  return changed;
}

void HostSimulator::Run(PoolSimulator& pool, double until, double interval) {
  for (double time = last_time_ + interval; time <= until + 1e-6; time += interval) {
    pool.AdvanceTo(time);
    PoolSample sample = pool.Sample();
    if (sample.in_use > 0) {
      Observe(time, {sample});
    } else {
      Observe(time, {});
    }
  }
}

std::vector<Incident> HostSimulator::Incidents() const {
  std::vector<Incident> incidents;
  for (const auto& [id, incident] : incidents_) incidents.push_back(incident);
  return incidents;
}

Incident HostSimulator::Only() const {
  EXPECT_EQ(incidents_.size(), 1);
  return incidents_.empty() ? Incident{} : incidents_.begin()->second;
}

}  // namespace berthmaster
