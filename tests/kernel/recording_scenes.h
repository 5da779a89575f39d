#ifndef BERTHMASTER_TESTS_KERNEL_RECORDING_SCENES_H_
#define BERTHMASTER_TESTS_KERNEL_RECORDING_SCENES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"
#include "tests/process/child_process.h"

namespace berthmaster {

// A namespace with 400 ports, two addresses and a server, and the real agent that records it once
// a second.
class RecordedScene {
 public:
  static constexpr char kSource[] = "10.9.0.1";
  static constexpr char kDestination[] = "10.9.0.2";
  static constexpr uint16_t kPort = 8080;

  // Starts to record into `path` for `duration`. Aborts the test program when something fails.
  RecordedScene(const std::string& path, absl::Duration duration,
                const std::string& source = kSource, const std::string& destination = kDestination);

  const ScopedNetns& netns() const { return *netns_; }
  ConnectOptions to_server() const;
  ChildProcess& recorder() { return *recorder_; }

  // Connects `per_second` times a second until `count` connections are open or connect() fails, and
  // keeps them.
  void OpenAndKeep(int count, double per_second);
  // Short connections for `duration`; when the first of them found no port, or InfiniteDuration().
  absl::Duration Churn(double per_second, absl::Duration duration);
  // Waits for the end of the recorder; its exit code.
  int Finish();

 private:
  std::unique_ptr<ScopedNetns> netns_;
  const std::string source_;
  const std::string destination_;
  const absl::Duration duration_;
  std::unique_ptr<TestServer> server_;
  std::vector<UniqueFd> kept_;
  std::unique_ptr<ChildProcess> recorder_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_RECORDING_SCENES_H_
