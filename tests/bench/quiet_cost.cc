#include "tests/bench/quiet_cost.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "common/clock/clock.h"
#include "tests/bench/bench_dump.h"

namespace berthmaster {
namespace {

constexpr int kNamespaceCount = 20;
constexpr int kConnectionsEach = 5;  // both ends are there
constexpr uint16_t kListenPort = 2000;
constexpr int kSampleCount = 60;
constexpr double kBarMicroseconds = 100;

// Real time but for the monotonic clock, which moves by a sample interval at a time.
class SteppedClock final : public Clock {
 public:
  absl::Time SystemNow() const override { return clock_.SystemNow(); }
  absl::Duration MonotonicNow() const override { return now_; }
  absl::Duration ThreadCpuNow() const override { return clock_.ThreadCpuNow(); }
  void Step(absl::Duration interval) { now_ += interval; }

 private:
  const LinuxClock clock_;
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

// The median leaves out the samples, one in six at most, that do dump.
void MeasureInterval(HostSampler& sampler, SteppedClock& clock, absl::Duration interval,
                     const std::string& circumstance, BenchTable& table) {
  std::vector<absl::Duration> cpu;
  for (int i = 0; i < kSampleCount; ++i) {
    clock.Step(interval);
    const absl::StatusOr<HostSample> sample = sampler.Sample();
    if (!sample.ok() || sample->namespaces.size() != kNamespaceCount) Die("a quiet sample");
    cpu.push_back(sample->cpu_time);
  }
  table.Add(absl::StrCat("us for a quiet namespace, every ", absl::FormatDuration(interval), ", ",
                         circumstance),
            absl::ToDoubleMicroseconds(Median(cpu)) / kNamespaceCount, kBarMicroseconds,
            absl::StrCat("median of ", kSampleCount, " samples of ", kNamespaceCount,
                         " namespaces, the search for namespaces in it"));
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
  SteppedClock clock;
  auto sampler = MakeLinuxHostSampler({quiet.names()}, clock);
  // The first one dumps.
  if (!sampler->Sample().ok()) Die("the first quiet sample");
  MeasureInterval(*sampler, clock, absl::Seconds(1), circumstance, table);
  MeasureInterval(*sampler, clock, absl::Seconds(10), circumstance, table);
}

}  // namespace berthmaster
