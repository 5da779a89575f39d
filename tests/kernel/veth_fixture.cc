#include "tests/kernel/veth_fixture.h"

#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/status/annotate.h"
#include "tests/process/child_process.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kProgramLimit = absl::Seconds(10);

absl::Status RunProgram(const std::vector<std::string>& command) {
  std::unique_ptr<ChildProcess> child = ChildProcess::Start(command);
  const int exit_code = child->WaitForExit(kProgramLimit);
  if (exit_code == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat(absl::StrJoin(command, " "), " ended with ", exit_code, ": ", child->Output()));
}

absl::Status Ip(const ScopedNetns& netns, absl::string_view arguments) {
  std::vector<std::string> command = {"ip", "-n", netns.name()};
  for (absl::string_view word : absl::StrSplit(arguments, ' ')) command.emplace_back(word);
  return RunProgram(command);
}

// One end of a pair, with an address of each family.
absl::Status SetUpEnd(const ScopedNetns& netns, absl::string_view interface, absl::string_view ipv4,
                      absl::string_view ipv6) {
  BERTHMASTER_RETURN_IF_ERROR(Ip(netns, absl::StrCat("link set ", interface, " up")));
  BERTHMASTER_RETURN_IF_ERROR(Ip(netns, absl::StrCat("addr add ", ipv4, "/24 dev ", interface)));
  // Without the detection of duplicates the address is usable at once.
  return Ip(netns, absl::StrCat("addr add ", ipv6, "/64 dev ", interface, " nodad"));
}

}  // namespace

bool HasProgram(absl::string_view program) {
  const char* path = std::getenv("PATH");
  for (absl::string_view folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    if (access(absl::StrCat(folder, "/", program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

absl::Status RunProgramIn(const ScopedNetns& netns, const std::vector<std::string>& command) {
  std::vector<std::string> whole = {"ip", "netns", "exec", netns.name()};
  whole.insert(whole.end(), command.begin(), command.end());
  return RunProgram(whole);
}

absl::StatusOr<RoutedNetns> RoutedNetns::Make() {
  RoutedNetns routed;
  for (auto* netns : {&routed.client, &routed.router, &routed.server}) {
    BERTHMASTER_ASSIGN_OR_RETURN(*netns, ScopedNetns::Make());
  }
  const ScopedNetns& client = *routed.client;
  ScopedNetns& router = *routed.router;
  const ScopedNetns& server = *routed.server;
  BERTHMASTER_RETURN_IF_ERROR(
      Ip(router, absl::StrCat("link add in type veth peer name uplink netns ", client.name())));
  BERTHMASTER_RETURN_IF_ERROR(
      Ip(router, absl::StrCat("link add out type veth peer name uplink netns ", server.name())));
  BERTHMASTER_RETURN_IF_ERROR(SetUpEnd(client, "uplink", "10.1.0.2", "fd01::2"));
  BERTHMASTER_RETURN_IF_ERROR(SetUpEnd(router, "in", "10.1.0.1", "fd01::1"));
  BERTHMASTER_RETURN_IF_ERROR(SetUpEnd(router, "out", "10.2.0.1", "fd02::1"));
  BERTHMASTER_RETURN_IF_ERROR(SetUpEnd(server, "uplink", "10.2.0.2", "fd02::2"));
  BERTHMASTER_RETURN_IF_ERROR(Ip(client, "route add default via 10.1.0.1"));
  BERTHMASTER_RETURN_IF_ERROR(Ip(client, "-6 route add default via fd01::1"));
  BERTHMASTER_RETURN_IF_ERROR(router.SetSysctl("net.ipv4.ip_forward", "1"));
  BERTHMASTER_RETURN_IF_ERROR(router.SetSysctl("net.ipv6.conf.all.forwarding", "1"));
  return routed;
}

absl::Status RoutedNetns::AddRules(const std::string& rules) const {
  return RunProgramIn(*router, {"nft", rules});
}

}  // namespace berthmaster
