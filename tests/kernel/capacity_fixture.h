#ifndef BERTHMASTER_TESTS_KERNEL_CAPACITY_FIXTURE_H_
#define BERTHMASTER_TESTS_KERNEL_CAPACITY_FIXTURE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/sampling.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {

inline constexpr char kSource[] = "10.9.0.1";
inline constexpr char kDestination[] = "10.9.0.2";
inline constexpr char kOther[] = "10.9.0.3";
inline constexpr char kSourceV6[] = "fd00::1";
inline constexpr char kDestinationV6[] = "fd00::2";
inline constexpr uint16_t kPort = 8080;
// Far above every range of these tests.
inline constexpr int kManyConnections = 1000;

// A namespace with a few addresses and a range of 40 ports, for tests that drive a pool until the
// kernel refuses and then compare what the agent says with what the kernel allowed.
class CapacityTest : public testing::Test {
 protected:
  void SetUp() override;
  void SetRange(absl::string_view range);
  void SetReserved(absl::string_view reserved);
  void Listen(absl::string_view address, uint16_t listen_port,
              ServerMode mode = ServerMode::kClosesSecond);
  FillResult FillInside(const ConnectOptions& options, int count_max = kManyConnections);
  // Runs `fill` inside and returns what it made.
  FillResult Inside(const std::function<FillResult()>& fill);
  // A sample with that many TIME_WAIT sockets by either count, which the closing of a connection
  // takes a moment to become; the last one taken when 5 s have passed.
  NetnsSample SampleWith(int time_wait_count);
  // A sample for which `is_ready` holds; the last one taken when 5 s have passed.
  NetnsSample SampleWhen(const std::function<bool(const NetnsSample&)>& is_ready);

  std::unique_ptr<ScopedNetns> netns_;
  std::vector<std::unique_ptr<TestServer>> servers_;
};

// Keeps the sockets of `more` with those of `fds`.
void Keep(FillResult more, std::vector<UniqueFd>& fds);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_CAPACITY_FIXTURE_H_
