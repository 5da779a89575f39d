#include "tests/kernel/capacity_fixture.h"

#include <iterator>
#include <utility>

namespace berthmaster {

void CapacityTest::SetUp() {
  if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  netns_ = ScopedNetns::Make().value();
  for (const char* address : {kSource, kDestination, kOther, kSourceV6, kDestinationV6}) {
    ASSERT_EQ(netns_->AddAddress(address), absl::OkStatus());
  }
  SetRange("40000 40039");
}

void CapacityTest::SetRange(absl::string_view range) {
  ASSERT_EQ(netns_->SetSysctl("net.ipv4.ip_local_port_range", range), absl::OkStatus());
}

void CapacityTest::SetReserved(absl::string_view reserved) {
  ASSERT_EQ(netns_->SetSysctl("net.ipv4.ip_local_reserved_ports", reserved), absl::OkStatus());
}

void CapacityTest::Listen(absl::string_view address, uint16_t listen_port, ServerMode mode) {
  servers_.push_back(TestServer::Make(*netns_, address, listen_port, mode).value());
}

FillResult CapacityTest::FillInside(const ConnectOptions& options, int count_max) {
  return Inside([&] { return Fill(options, count_max); });
}

FillResult CapacityTest::Inside(const std::function<FillResult()>& fill) {
  FillResult result;
  netns_->RunInside([&] { result = fill(); });
  return result;
}

NetnsSample CapacityTest::SampleWith(int time_wait_count) {
  return SampleWhen([time_wait_count](const NetnsSample& sample) {
    return sample.time_wait >= time_wait_count &&
           FindTable(sample).states[TcpState::kTimeWait] == sample.time_wait;
  });
}

NetnsSample CapacityTest::SampleWhen(const std::function<bool(const NetnsSample&)>& is_ready) {
  const LinuxClock clock;
  const absl::Duration end = clock.MonotonicNow() + absl::Seconds(5);
  while (true) {
    NetnsSample sample = SampleOnce(*netns_);
    if (is_ready(sample) || clock.MonotonicNow() >= end) return sample;
  }
}

void Keep(FillResult more, std::vector<UniqueFd>& fds) {
  std::move(more.fds.begin(), more.fds.end(), std::back_inserter(fds));
}

}  // namespace berthmaster
