#ifndef BERTHMASTER_TESTS_KERNEL_VETH_FIXTURE_H_
#define BERTHMASTER_TESTS_KERNEL_VETH_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/kernel/netns_fixture.h"

namespace berthmaster {

// Whether `program` is to be found in PATH.
bool HasProgram(absl::string_view program);

// Runs a program in the namespace (ip netns exec) and waits for it, 10 s at most. INTERNAL, with
// what it printed, unless it ends with 0.
absl::Status RunProgramIn(const ScopedNetns& netns, const std::vector<std::string>& command);

// A client and a server, each in a namespace of its own, and a router between them:
//
//   client 10.1.0.2, fd01::2 ── 10.1.0.1, fd01::1 router 10.2.0.1, fd02::1 ── 10.2.0.2, fd02::2
//   server
//
// joined by veth pairs that go with the namespaces. The server knows no way back to the client, so
// that only what the router translates gets an answer. The router's interface to the server is
// "out". Needs root, ip and nft.
struct RoutedNetns {
  static absl::StatusOr<RoutedNetns> Make();

  // Puts the rules of one nftables file into the router.
  absl::Status AddRules(const std::string& rules) const;

  std::unique_ptr<ScopedNetns> client;
  std::unique_ptr<ScopedNetns> router;
  std::unique_ptr<ScopedNetns> server;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_VETH_FIXTURE_H_
