#ifndef BERTHMASTER_TESTS_KERNEL_TEST_SOCKETS_H_
#define BERTHMASTER_TESTS_KERNEL_TEST_SOCKETS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// Real TCP sockets for tests in namespaces.

// What a server does with a connection.
enum class ServerMode {
  // Keeps it until the client closes: TIME_WAIT stays with the client.
  kClosesSecond,
  // Closes it at once: TIME_WAIT stays with the server, unless the client never closes.
  kClosesFirst,
  // Keeps it whatever the client does: FIN_WAIT_2 stays with a client that closes.
  kNeverCloses,
  // Accepts nothing: connections beyond the backlog of 0 stay in SYN_SENT.
  kAcceptsNothing,
};

// A server in a namespace. It listens when Make() returns and until the object goes; what it has
// accepted goes then too.
class TestServer {
 public:
  // `address` of either family; "::" takes IPv4 too. Port 0 is any port. With `is_reuse_address`
  // (SO_REUSEADDR) it may follow another such server whose TIME_WAIT is still on the port.
  static absl::StatusOr<std::unique_ptr<TestServer>> Make(const ScopedNetns& netns,
                                                          absl::string_view address,
                                                          uint16_t listen_port, ServerMode mode,
                                                          bool is_reuse_address = false);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  uint16_t listen_port() const { return listen_port_; }
  // Connections accepted so far.
  int accepted_count() const { return accepted_count_; }
  // Stops listening and keeps the accepted connections. No more are accepted or closed.
  void StopListening();

 private:
  TestServer() = default;
  void Serve();
  void Stop();

  ServerMode mode_ = ServerMode::kClosesSecond;
  uint16_t listen_port_ = 0;
  UniqueFd listener_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::vector<UniqueFd> accepted_;
  std::atomic<int> accepted_count_ = 0;
  std::thread thread_;
};

// How to connect. Call these inside a namespace (ScopedNetns::RunInside).
struct ConnectOptions {
  // Bound to with IP_BIND_ADDRESS_NO_PORT, so that the port is still chosen by connect(); empty
  // means the kernel's choice.
  std::string source;
  std::string destination;
  uint16_t destination_port = 0;
  // Does not wait for the handshake, so that the socket may stay in SYN_SENT.
  bool is_nonblocking = false;
  // Uses an IPv6 socket for an IPv4 destination, by its mapped address.
  bool is_mapped = false;
};

struct ConnectResult {
  UniqueFd fd;
  // errno; 0 on success, and for a connection under way.
  int error_number = 0;
};

ConnectResult Connect(const ConnectOptions& options);

struct FillResult {
  std::vector<UniqueFd> fds;
  // errno of the connect() that failed; 0 when `count_max` was reached.
  int error_number = 0;
};

// Connects until connect() fails or there are `count_max` connections.
FillResult Fill(const ConnectOptions& options, int count_max);

// Opens and closes connections at an even rate from a thread inside the namespace, the client
// closing first, until the object goes.
class ShortConnections {
 public:
  ShortConnections(const ScopedNetns& netns, ConnectOptions options, double connections_per_second);
  ~ShortConnections();
  ShortConnections(const ShortConnections&) = delete;
  ShortConnections& operator=(const ShortConnections&) = delete;

  int ok_count() const { return ok_count_; }
  // connect() failed as EADDRNOTAVAIL.
  int exhausted_count() const { return exhausted_count_; }
  // connect() failed in another way.
  int failed_count() const { return failed_count_; }
  // When the first connect() failed as EADDRNOTAVAIL, since the start; InfiniteDuration() until
  // then.
  absl::Duration first_exhausted() const;

 private:
  void Run(const ConnectOptions& options, double connections_per_second);

  const LinuxClock clock_;
  const absl::Duration start_;
  UniqueFd wake_;
  std::atomic<int> ok_count_ = 0;
  std::atomic<int> exhausted_count_ = 0;
  std::atomic<int> failed_count_ = 0;
  std::atomic<int64_t> first_exhausted_us_ = -1;
  std::thread thread_;
};

// Closes this side first, to a server that closes second, and waits until that one has closed too,
// so that the socket is in TIME_WAIT when this returns true. False when the peer reset the
// connection or 5 s passed. A close() alone leaves no TIME_WAIT now and then: a packet that comes
// just when the kernel puts the connection's socket in the place of the request's is looked up
// and found to belong to neither (inet_ehash_insert), and the answer is a reset.
bool CloseFirst(UniqueFd fd);

// Opens and closes `count` connections one after the other by CloseFirst(); one that was reset is
// opened again. Returns how many are in TIME_WAIT when all are, or when the first connect() fails.
int OpenAndClose(const ConnectOptions& options, int count);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_TEST_SOCKETS_H_
