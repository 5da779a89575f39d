#include "controller/api/port_probe.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// The errno of a bind and listen on the address; 0 when they succeed.
int TryListen(const addrinfo& address) {
  const UniqueFd fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno;
  // As a server would: what is in TIME_WAIT is not in use.
  const int on = 1;
  if (setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return errno;
  if (bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return errno;
  return listen(fd.get(), 1) == 0 ? 0 : errno;
}

}  // namespace

absl::Status WhyNotListening(const Endpoint& listen, absl::string_view flag) {
  const std::string where = absl::StrCat("listen on ", listen.ToString());
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure =
      getaddrinfo(listen.host.c_str(), std::to_string(listen.listen_port).c_str(), &hints, &found);
  if (failure != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, ": ", gai_strerror(failure), "; choose another address with ", flag));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  const int error = TryListen(*addresses);
  if (error == EADDRINUSE) {
    return absl::FailedPreconditionError(
        absl::StrCat(listen.ToString(),
                     " is already in use; another controller? Stop it, or choose another address "
                     "with ",
                     flag));
  }
  // It was taken a moment ago and is free now, or gRPC cannot use what a socket can.
  if (error == 0) return absl::UnavailableError(absl::StrCat(where, ": try again"));
  return ErrnoStatus(error, absl::StrCat(where, " (", flag, ")"));
}

}  // namespace berthmaster
