#ifndef BERTHMASTER_TESTS_REMEDIES_REQUEST_CLIENT_H_
#define BERTHMASTER_TESTS_REMEDIES_REQUEST_CLIENT_H_

#include <atomic>
#include <deque>
#include <map>
#include <thread>

#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {

struct RequestPlan {
  ConnectOptions destination;
  double requests_per_second = 0;
  // Connections that are opened at the start and used for all requests, the longest idle one
  // first; 0 is a connection for each request, which this side closes after its answer.
  int connection_pool_size = 0;
};

// Asks a RequestServer at an even rate, on a thread of its own inside the namespace, until the
// object goes. A request that finds every connection of the pool busy waits for the next free one.
class RequestClient {
 public:
  RequestClient(const ScopedNetns& netns, RequestPlan plan);
  ~RequestClient();
  RequestClient(const RequestClient&) = delete;
  RequestClient& operator=(const RequestClient&) = delete;

  int asked_count() const { return asked_count_; }
  int answered_count() const { return answered_count_; }
  // No connection, or one that ended before its answer.
  int failed_count() const { return failed_count_; }
  // Requests that had to wait for a connection of the pool.
  int waited_count() const { return waited_count_; }

 private:
  void Run();
  void Ask();
  void Send(int fd);
  void TakeAnswer(int fd);
  // Connects; -1 when that fails.
  int Open();

  const LinuxClock clock_;
  const RequestPlan plan_;
  UniqueFd wake_;
  UniqueFd epoll_;
  std::map<int, UniqueFd> connections_;
  std::deque<int> idle_;
  int waiting_count_ = 0;
  std::atomic<int> asked_count_ = 0;
  std::atomic<int> answered_count_ = 0;
  std::atomic<int> failed_count_ = 0;
  std::atomic<int> waited_count_ = 0;
  std::thread thread_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_REMEDIES_REQUEST_CLIENT_H_
