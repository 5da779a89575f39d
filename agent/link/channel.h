#ifndef BERTHMASTER_AGENT_LINK_CHANNEL_H_
#define BERTHMASTER_AGENT_LINK_CHANNEL_H_

#include <grpcpp/channel.h>

#include <cstddef>
#include <memory>

#include "common/net/endpoint.h"

namespace berthmaster {

// The largest message either side of a session sends; the controller's server allows the same.
inline constexpr size_t kSessionMessageBytesMax = 16 * 1024 * 1024;

// A new connection to `controller` in plaintext, with the keepalive that its server is set for. It
// shares nothing with other channels, so that one attempt to attach is one attempt to connect and
// the pace is ours.
std::shared_ptr<grpc::Channel> MakeControllerChannel(const Endpoint& controller);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_CHANNEL_H_
