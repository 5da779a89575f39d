#include "agent/doctor_command.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/doctor.h"
#include "agent/host_readers.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// A controller on the other side of the world answers within it.
constexpr absl::Duration kConnectTimeout = absl::Seconds(3);

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

absl::Status ConnectOne(const addrinfo& address, absl::Duration timeout) {
  UniqueFd fd(socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "socket");
  if (connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return absl::OkStatus();
  if (errno != EINPROGRESS) return ErrnoStatus(errno, "connect");
  pollfd file = {fd.get(), POLLOUT, 0};
  if (poll(&file, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) <= 0) {
    return absl::UnavailableError(absl::StrCat("no answer within ", absl::FormatDuration(timeout)));
  }
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? absl::OkStatus() : ErrnoStatus(error, "connect");
}

}  // namespace

absl::Status CheckStateDirectory(const std::string& directory) {
  std::string path = directory;
  while (faccessat(AT_FDCWD, path.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    if (errno != ENOENT) return ErrnoStatus(errno, path);
    // What is above decides whether it can be made.
    const size_t slash = path.rfind('/');
    if (slash == std::string::npos || path == "/") return ErrnoStatus(ENOENT, directory);
    path = slash == 0 ? "/" : path.substr(0, slash);
  }
  return absl::OkStatus();
}

absl::Status CheckTcpConnect(const Endpoint& endpoint, absl::Duration timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(endpoint.host.c_str(), absl::StrCat(endpoint.listen_port).c_str(),
                                &hints, &found);
  if (error != 0) {
    return absl::UnavailableError(absl::StrCat(endpoint.ToString(), ": ", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  absl::Status status;
  for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
    status = ConnectOne(*one, timeout);
    if (status.ok()) return status;
  }
  return Annotate(status, endpoint.ToString());
}

absl::StatusOr<int> RunDoctorCommand(const AgentConfig& config, absl::string_view form) {
  DoctorInputs inputs;
  inputs.host = ProbeHost();
  inputs.state_directory = CheckStateDirectory(config.state_dir);
  inputs.controller = CheckTcpConnect(config.controller, kConnectTimeout);
  inputs.reader_limitations = MakeHostReaders(config.profile).limitations;
  const std::vector<DoctorCheck> checks = Diagnose(inputs, config);
  const std::string text =
      form == "json" ? DoctorJson(checks, config) : DoctorTable(checks, config);
  BERTHMASTER_RETURN_IF_ERROR(WriteAll(STDOUT_FILENO, text, "standard output"));
  return IsComplete(checks) ? 0 : 1;
}

}  // namespace berthmaster
