#include "tests/bench/quiet_cost.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "common/clock/clock.h"
#include "tests/bench/bench_dump.h"

namespace berthmaster {
namespace {

constexpr int kNamespaceCount = 20;
constexpr int kConnectionsEach = 5;  // both ends are there
constexpr uint16_t kListenPort = 2000;
// As many samples as there is no dump in: an unchanged namespace has one after a minute.
constexpr absl::Duration kWithoutDump = absl::Seconds(50);
constexpr double kBarMicroseconds = 100;

// Real time but for the monotonic clock, which moves by a sample interval at a time.
class SteppedClock final : public Clock {
 public:
  absl::Time SystemNow() const override { return clock_.SystemNow(); }
  absl::Duration MonotonicNow() const override { return now_; }
  absl::Duration ThreadCpuNow() const override { return clock_.ThreadCpuNow(); }
  void Step(absl::Duration interval) { now_ += interval; }

 private:
  LinuxClock clock_;
  absl::Duration now_ = absl::Hours(1);
};

void OpenSockets(const ScopedNetns& netns, std::vector<UniqueFd>& sockets) {
  netns.RunInside([&sockets] {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kListenPort);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (bind(listener.get(), generic, sizeof(address)) != 0) Die("bind");
    if (listen(listener.get(), kConnectionsEach) != 0) Die("listen");
    for (int i = 0; i < kConnectionsEach; ++i) {
      UniqueFd client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (connect(client.get(), generic, sizeof(address)) != 0) Die("connect");
      sockets.push_back(std::move(client));
    }
    sockets.push_back(std::move(listener));
  });
}

absl::Duration SampleCpu(HostSampler& sampler, size_t netns_count) {
  const absl::StatusOr<HostSample> sample = sampler.Sample();
  if (!sample.ok() || sample->namespaces.size() != netns_count) Die("a quiet sample");
  return sample->cpu_time;
}

// A sampler of one namespace and a sampler of all: what they differ in is the cost of the others,
// without the search for namespaces that both do for the whole host.
struct QuietSamplers {
  QuietSamplers(const std::vector<std::string>& names, const Clock& clock)
      : one(MakeLinuxHostSampler({{names[0]}}, clock)), all(MakeLinuxHostSampler({names}, clock)) {
    // The first samples dump.
    SampleCpu(*one, 1);
    SampleCpu(*all, kNamespaceCount);
  }
  std::unique_ptr<HostSampler> one;
  std::unique_ptr<HostSampler> all;
};

void MeasureInterval(const std::vector<std::string>& names, absl::Duration interval,
                     const std::string& circumstance, BenchTable& table) {
  SteppedClock clock;
  QuietSamplers samplers(names, clock);
  const auto sample_count = static_cast<int>(absl::FDivDuration(kWithoutDump, interval));
  std::vector<absl::Duration> one;
  std::vector<absl::Duration> all;
  for (int i = 0; i < sample_count; ++i) {
    clock.Step(interval);
    one.push_back(SampleCpu(*samplers.one, 1));
    all.push_back(SampleCpu(*samplers.all, kNamespaceCount));
  }
  const absl::Duration each = (Median(all) - Median(one)) / (kNamespaceCount - 1);
  table.Add(absl::StrCat("us for a quiet namespace, every ", absl::FormatDuration(interval), ", ",
                         circumstance),
            absl::ToDoubleMicroseconds(each), kBarMicroseconds,
            absl::StrCat("of ", kNamespaceCount, ", median of ", sample_count,
                         " samples; the search for namespaces in each sample apart: ",
                         ShortDuration(Median(one) - each)));
}

}  // namespace

QuietNamespaces::QuietNamespaces(int count) {
  for (int i = 0; i < count; ++i) {
    auto netns = ScopedNetns::Make();
    if (!netns.ok()) Die(kNeedsRoot);
    OpenSockets(**netns, sockets_);
    namespaces_.push_back(*std::move(netns));
  }
}

std::vector<std::string> QuietNamespaces::names() const {
  std::vector<std::string> names;
  for (const auto& netns : namespaces_) names.push_back(netns->name());
  return names;
}

void MeasureQuiet(const std::string& circumstance, BenchTable& table) {
  const QuietNamespaces quiet(kNamespaceCount);
  MeasureInterval(quiet.names(), absl::Seconds(1), circumstance, table);
  MeasureInterval(quiet.names(), absl::Seconds(10), circumstance, table);
}

}  // namespace berthmaster
