#include "agent/advise/link/advice_server.h"

#include <errno.h>
#include <grpc/support/time.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/advise/link/advice_service.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// The longest request names a rollout and a workload and has a line of text.
constexpr int kReceivedBytesMax = 8 * 1024;
// One process needs one watch, and some calls to acknowledge.
constexpr int kStreamsPerConnectionMax = 16;
// What all connections together may buffer: the agent must not be noticed on its host.
constexpr size_t kMemoryQuotaBytes = size_t{16} * 1024 * 1024;
constexpr mode_t kSocketMode = 0666;

// Whether a process listens on the socket file; an error when the file is none.
absl::StatusOr<bool> IsListening(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " has more than the ", sizeof(address.sun_path) - 1,
                     " bytes that a socket's path may have; name a shorter one with "
                     "--advice-socket"));
  }
  memcpy(address.sun_path, path.data(), path.size());
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return false;
    return ErrnoStatus(errno, absl::StrCat("look at ", path));
  }
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     " is there and no socket; move it elsewhere, or name another path with "
                     "--advice-socket"));
  }
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "make a Unix socket");
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // EAGAIN: its queue is full, so somebody has one.
  return connect(fd.get(), generic, sizeof(address)) == 0 || errno == EAGAIN;
}

}  // namespace

class AdviceServer::Listener {
 public:
  Listener(AdviceBoard& board, const Clock& clock) : service_(board, clock) {}
  ~Listener() {
    if (server_ == nullptr) return;
    // Watches have no end of their own.
    server_->Shutdown(gpr_time_0(GPR_CLOCK_REALTIME));
    server_->Wait();
  }

  absl::Status Listen(const std::string& path) {
    BERTHMASTER_ASSIGN_OR_RETURN(const bool is_listening, IsListening(path));
    if (is_listening) {
      return absl::FailedPreconditionError(
          absl::StrCat("another process listens on ", path,
                       "; stop it, or name another path with --advice-socket"));
    }
    grpc::ServerBuilder builder;
    builder.SetMaxReceiveMessageSize(kReceivedBytesMax);
    // All advice of a host is bounded by what a push may have.
    builder.SetMaxSendMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
    grpc::ResourceQuota quota("advice");
    quota.Resize(kMemoryQuotaBytes);
    builder.SetResourceQuota(quota);
    builder.RegisterService(&service_);
    int bound = 0;
    builder.AddListeningPort(absl::StrCat("unix:", path), grpc::InsecureServerCredentials(),
                             &bound);
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || bound == 0) {
      return absl::UnavailableError(absl::StrCat(
          "cannot listen on ", path, "; is its directory there, and may the agent write to it?"));
    }
    if (chmod(path.c_str(), kSocketMode) != 0) {
      return ErrnoStatus(errno, absl::StrCat("chmod ", path));
    }
    return absl::OkStatus();
  }

 private:
  AdviceService service_;
  std::unique_ptr<grpc::Server> server_;
};

absl::StatusOr<std::unique_ptr<AdviceServer>> AdviceServer::Start(const std::string& path,
                                                                  AdviceBoard& board,
                                                                  const Clock& clock) {
  auto listener = std::make_unique<Listener>(board, clock);
  BERTHMASTER_RETURN_IF_ERROR(listener->Listen(path));
  return std::unique_ptr<AdviceServer>(new AdviceServer(std::move(listener)));
}

AdviceServer::AdviceServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
AdviceServer::~AdviceServer() = default;

}  // namespace berthmaster
