#include "agent/link/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/str_cat.h"
#include "agent/link/spool_record.h"

namespace berthmaster {
namespace {

// Both ends are set together: a server left at its defaults ends the session of a client that pings
// this often (too_many_pings).
constexpr int kKeepaliveTimeMilliseconds = 30000;
constexpr int kKeepaliveTimeoutMilliseconds = 10000;

static_assert(kSpoolPayloadBytesMax <= kSessionMessageBytesMax, "what can be spooled can be sent");

}  // namespace

std::shared_ptr<grpc::Channel> MakeControllerChannel(const Endpoint& controller) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMilliseconds);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A proxy of the environment is for web pages.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxSendMessageSize(static_cast<int>(kSessionMessageBytesMax));
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kSessionMessageBytesMax));
  return grpc::CreateCustomChannel(absl::StrCat("dns:///", controller.ToString()),
                                   grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace berthmaster
