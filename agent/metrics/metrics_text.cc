#include "agent/metrics/metrics_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/metrics/exposition.h"
#include "agent/pool_text.h"

namespace berthmaster {
namespace {

double UnixSeconds(absl::Time time) { return absl::ToDoubleSeconds(time - absl::UnixEpoch()); }

void AddOne(Exposition& out, absl::string_view name, absl::string_view type, absl::string_view help,
            double value) {
  out.Begin(name, type, help);
  out.Add(value);
}

// The texts of a pool's labels, which views point into.
struct PoolLabels {
  explicit PoolLabels(const SampleSummary::Pool& of)
      : inode(absl::StrCat(of.netns_inode)),
        kind(absl::AsciiStrToLower(PoolKindText(of.pool.kind))),
        pool(PoolKeyText(of.pool.kind, of.pool.key)),
        labels(
            {{"netns", of.netns_label}, {"netns_inode", inode}, {"kind", kind}, {"pool", pool}}) {}
  const std::string inode;
  const std::string kind;
  const std::string pool;
  const Exposition::Labels labels;
};

// One metric over all pools for which `value` gives one.
template <typename Value>
void AddPools(Exposition& out, const SampleSummary& sample, absl::string_view name,
              absl::string_view help, Value value) {
  out.Begin(name, "gauge", help);
  for (const SampleSummary::Pool& pool : sample.pools) {
    const std::optional<double> known = value(pool);
    if (known.has_value()) out.Add(*known, PoolLabels(pool).labels);
  }
}

using Pool = SampleSummary::Pool;
using Known = std::optional<double>;

void AddAllPools(Exposition& out, const SampleSummary& sample) {
  AddPools(out, sample, "berthmaster_pool_capacity",
           "What the pool is guaranteed to hold. Only the fullest pools of the host are shown.",
           [](const Pool& p) -> Known { return p.pool.capacity; });
  AddPools(out, sample, "berthmaster_pool_in_use", "What takes a place in the pool.",
           [](const Pool& p) -> Known { return p.pool.in_use; });
  AddPools(out, sample, "berthmaster_pool_reusable",
           "TIME_WAIT sockets in use that connect() may take over now.",
           [](const Pool& p) -> Known { return p.pool.reusable; });
  AddPools(out, sample, "berthmaster_pool_blocked",
           "Ports of the range that a bind()-made user closes to connect().",
           [](const Pool& p) -> Known { return p.pool.blocked; });
  AddPools(out, sample, "berthmaster_pool_utilization_ratio",
           "In use and not reusable, as a share of the capacity. Pain begins at 0.5.",
           [](const Pool& p) -> Known { return p.pool.utilization(); });
  AddPools(out, sample, "berthmaster_pool_connections_per_second",
           "New connections per second; no series while not known.",
           [](const Pool& p) -> Known { return p.pool.connection_rate; });
  AddPools(out, sample, "berthmaster_pool_time_to_exhaustion_seconds",
           "When the pool runs out at the present rate; no series when it does not.",
           [](const Pool& p) -> Known {
             if (!p.time_to_exhaustion.has_value()) return std::nullopt;
             return absl::ToDoubleSeconds(*p.time_to_exhaustion);
           });
}

template <typename Value>
void AddNamespaces(Exposition& out, const SampleSummary& sample, absl::string_view name,
                   absl::string_view type, absl::string_view help, Value value) {
  out.Begin(name, type, help);
  for (const SampleSummary::Netns& netns : sample.namespaces) {
    const std::string inode = absl::StrCat(netns.inode);
    out.Add(static_cast<double>(value(netns)), {{"netns", netns.label}, {"netns_inode", inode}});
  }
}

void AddSample(Exposition& out, const SampleSummary& sample) {
  AddAllPools(out, sample);
  AddOne(out, "berthmaster_pools", "gauge", "Pools in the last sample.",
         static_cast<double>(sample.pool_count));
  AddOne(out, "berthmaster_netns", "gauge", "Network namespaces in the last sample.",
         static_cast<double>(sample.netns_count));
  AddOne(out, "berthmaster_tcp_sockets", "gauge",
         "TCP sockets of all namespaces, without TIME_WAIT (sockstat).",
         static_cast<double>(sample.tcp_in_use));
  AddOne(out, "berthmaster_time_wait_sockets", "gauge",
         "TIME_WAIT and FIN_WAIT_2 mini-sockets of all namespaces (sockstat).",
         static_cast<double>(sample.time_wait));
  AddNamespaces(out, sample, "berthmaster_netns_tcp_sockets", "gauge",
                "TCP sockets of a namespace. Only those with the most sockets are shown.",
                [](const SampleSummary::Netns& n) { return n.tcp_in_use; });
  AddNamespaces(out, sample, "berthmaster_netns_time_wait_sockets", "gauge",
                "Mini-sockets of a namespace.",
                [](const SampleSummary::Netns& n) { return n.time_wait; });
  AddNamespaces(out, sample, "berthmaster_netns_time_wait_overflows_total", "counter",
                "Sockets closed without TIME_WAIT, since its table was full.",
                [](const SampleSummary::Netns& n) { return n.time_wait_overflow_count; });
  AddOne(out, "berthmaster_agent_last_sample_timestamp_seconds", "gauge",
         "When the last sample was taken.", UnixSeconds(sample.sample_time));
}

void AddSampling(Exposition& out, const MetricsSnapshot& agent) {
  AddOne(out, "berthmaster_agent_samples_total", "counter", "Samples taken.",
         static_cast<double>(agent.sample_count));
  AddOne(out, "berthmaster_agent_sample_failures_total", "counter",
         "Samples in which nothing could be seen.",
         static_cast<double>(agent.sample_failure_count));
  AddOne(out, "berthmaster_agent_sample_cpu_seconds_total", "counter", "CPU time spent on samples.",
         absl::ToDoubleSeconds(agent.sample_cpu_time));
  AddOne(out, "berthmaster_agent_sample_interval_seconds", "gauge",
         "The time from one sample to the next, as it is now.",
         absl::ToDoubleSeconds(agent.sample_interval));
  AddOne(out, "berthmaster_agent_close_to_exhaustion", "gauge",
         "1 while a pool of the host is close to exhaustion and is sampled more often.",
         agent.is_close_to_exhaustion ? 1 : 0);
  AddOne(out, "berthmaster_agent_dumps_total", "counter", "Socket dumps asked of the kernel.",
         static_cast<double>(agent.dump_count));
  AddOne(out, "berthmaster_agent_dump_retries_total", "counter",
         "Socket dumps that were cut short, and are tried again.",
         static_cast<double>(agent.dump_retry_count));
}

void AddLink(Exposition& out, const MetricsSnapshot& agent) {
  AddOne(out, "berthmaster_agent_attached", "gauge", "1 while attached to the controller.",
         agent.is_attached ? 1 : 0);
  AddOne(out, "berthmaster_agent_spooled_samples", "gauge",
         "Samples that the controller has not acknowledged.",
         static_cast<double>(agent.spool_count));
  AddOne(out, "berthmaster_agent_dropped_samples_total", "counter",
         "Samples dropped, since they could not be delivered.",
         static_cast<double>(agent.dropped_count));
  if (!agent.acknowledged_time.has_value()) return;
  AddOne(out, "berthmaster_agent_last_acknowledgement_timestamp_seconds", "gauge",
         "When the controller acknowledged a sample last.", UnixSeconds(*agent.acknowledged_time));
}

}  // namespace

std::string MetricsText(const MetricsSnapshot& snapshot) {
  Exposition out;
  if (snapshot.sample != nullptr) AddSample(out, *snapshot.sample);
  out.Begin("berthmaster_agent_build_info", "gauge", "Always 1; version and profile are labels.");
  out.Add(1, {{"version", snapshot.version}, {"profile", snapshot.profile}});
  AddOne(out, "berthmaster_agent_cpu_seconds_total", "counter", "CPU time of the agent's process.",
         absl::ToDoubleSeconds(snapshot.cpu_time));
  AddOne(out, "berthmaster_agent_resident_memory_bytes", "gauge",
         "Resident memory of the agent's process.", static_cast<double>(snapshot.resident_bytes));
  AddOne(out, "berthmaster_agent_limitations", "gauge",
         "What the agent cannot see or do here; `berthmaster-agent doctor` names the remedies.",
         static_cast<double>(snapshot.limitation_count));
  AddSampling(out, snapshot);
  AddLink(out, snapshot);
  return out.Take();
}

absl::Status CheckHealth(const MetricsSnapshot* snapshot, absl::Duration now) {
  if (snapshot == nullptr) return absl::UnavailableError("the agent is starting");
  const absl::Duration silence = now - snapshot->loop_time;
  if (silence > kLoopPatience) {
    return absl::UnavailableError(
        absl::StrCat("the loop has been busy for ",
                     absl::FormatDuration(absl::Trunc(silence, absl::Seconds(1)))));
  }
  if (!snapshot->sampler_failure.empty()) {
    return absl::UnavailableError(
        absl::StrCat("nothing can be sampled: ", snapshot->sampler_failure));
  }
  if (!snapshot->sampled_time.has_value()) return absl::UnavailableError("no sample yet");
  const absl::Duration age = now - *snapshot->sampled_time;
  if (age > kLateIntervalsMax * snapshot->sample_interval + kLoopPatience) {
    return absl::UnavailableError(absl::StrCat(
        "the last sample is ", absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))),
        " old, with one due every ", absl::FormatDuration(snapshot->sample_interval)));
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
