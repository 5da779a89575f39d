#ifndef BERTHMASTER_TESTS_KERNEL_SOCKET_SCENE_H_
#define BERTHMASTER_TESTS_KERNEL_SOCKET_SCENE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {

// A socket as a dump showed it, without what dies with the visit.
struct SeenSocket {
  SocketRow row;
  bool has_cgroup = false;
};

// Every row of one visit, in the dump's order. Aborts on an error.
std::vector<SeenSocket> SeeTcp(SocketDump& dump, const NetnsEntry& entry);
std::vector<SeenSocket> SeeUdp(SocketDump& dump, const NetnsEntry& entry);

// A namespace with a socket of every kind that a source has to tell from the others, at rest: no
// row of it changes but for the remaining times. Range 40000 40199, tcp_tw_reuse 1; 10.9.0.1 and
// fd00::1 connect, by auto-bind unless said otherwise:
//
//   10.9.0.2:8080   3 established, 2 more through IPv6 sockets (mapped); 4 TIME_WAIT here
//   10.9.0.2:8081   2 CLOSE_WAIT here and FIN_WAIT_2 mini-sockets there; 3 TIME_WAIT there
//   10.9.0.2:8082   2 FIN_WAIT_2 mini-sockets here; 2 in the accept queue of a backlog of 16 there
//   10.9.0.2:8083   1 established, not accepted (backlog 0); 2 SYN_SENT
//   10.9.0.2:8085   1 established here, SYN_RECV there (TCP_DEFER_ACCEPT)
//   fd00::2:8084    2 established, 1 TIME_WAIT
//   10.9.0.3:40100  1 established; both ends are in the range
//   listeners       40100, [::]:40101 (both families), [::1]:40102, 0.0.0.0:40103
//   bound only      10.9.0.1:40110, [::1]:40111
//   10.9.0.1:40120  bound, and connected to itself
//   UDP             10.9.0.1:5353, 10.9.0.1:40130 and [::]:5354 bound; 1 connected to 10.9.0.1:5353
class SocketScene {
 public:
  // UNAVAILABLE with the reason where it cannot be made now: without root, and while the host has
  // so many closed connections (orphans) that the kernel ends them without TIME_WAIT. Aborts on
  // anything else.
  static absl::StatusOr<std::unique_ptr<SocketScene>> Make();

  const ScopedNetns& netns() const { return *netns_; }
  // As a directory would list it.
  const NetnsEntry& entry() const { return entry_; }

  static constexpr int kListenerCount = 11;
  static constexpr int kBoundCount = 2;
  static constexpr int kBoundClientCount = 1;
  static constexpr int kTimeWaitCount = 8;
  static constexpr int kFinWait2MiniCount = 4;
  static constexpr int kUdpCount = 4;

 private:
  explicit SocketScene(std::unique_ptr<ScopedNetns> netns);
  void MakeBound();
  void MakeConnections();
  bool IsAtRest();

  std::unique_ptr<ScopedNetns> netns_;
  NetnsEntry entry_;
  std::vector<std::unique_ptr<TestServer>> servers_;
  std::vector<UniqueFd> fds_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_SOCKET_SCENE_H_
