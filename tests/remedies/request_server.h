#ifndef BERTHMASTER_TESTS_REMEDIES_REQUEST_SERVER_H_
#define BERTHMASTER_TESTS_REMEDIES_REQUEST_SERVER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// Answers each byte that it gets on a connection with a byte, after a time, and keeps the
// connection for the next: what a server with keep-alive does. It closes second.
class RequestServer {
 public:
  static absl::StatusOr<std::unique_ptr<RequestServer>> Make(const ScopedNetns& netns,
                                                             const std::string& address,
                                                             uint16_t listen_port,
                                                             absl::Duration service_time);
  ~RequestServer();
  RequestServer(const RequestServer&) = delete;
  RequestServer& operator=(const RequestServer&) = delete;

 private:
  struct Connection {
    UniqueFd fd;
    // When its request is answered; nothing is asked at InfiniteDuration().
    absl::Duration answer_time = absl::InfiniteDuration();
  };

  explicit RequestServer(absl::Duration service_time) : service_time_(service_time) {}
  void Serve();
  void Accept();
  void Read(int fd, absl::Duration now);
  // Answers what is due; returns when the next is.
  absl::Duration Answer(absl::Duration now);

  const LinuxClock clock_;
  const absl::Duration service_time_;
  UniqueFd listener_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::map<int, Connection> connections_;
  std::thread thread_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_REMEDIES_REQUEST_SERVER_H_
