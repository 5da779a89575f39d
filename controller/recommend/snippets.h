#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_SNIPPETS_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_SNIPPETS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "common/net/port_range.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

// Shorter than what most servers (60 to 75 s) and firewalls keep an idle connection for.
inline constexpr absl::Duration kIdleTimeout = absl::Seconds(50);
// Streams that most HTTP/2 servers allow on one connection.
inline constexpr int kStreamsPerConnection = 100;

// What all snippets say of one destination.
struct SnippetNumbers {
  // "10.0.0.2:443", with brackets around an IPv6 address.
  std::string endpoint;
  std::string address;
  uint16_t destination_port = 0;
  // "https" for the ports that are known for it, "http" for the others.
  std::string scheme;
  int32_t connection_pool_size = 0;
  // Connections open at once, measured.
  double busy = 0;
  // "20.0 a second, each open for 0.5 s"
  std::string load;
};
// "0.5 s"; below a tenth of a second "12 ms", "less than 1 ms".
std::string HoldText(absl::Duration hold_time);
SnippetNumbers NumbersOf(const PoolKey& key, const PoolingAdvice& advice);

// Configuration of nginx, HAProxy and Envoy that keeps connections to the destination open.
std::vector<Snippet> ProxySnippets(const SnippetNumbers& numbers);
// Code for Go, Java, Python, Node.js and gRPC that does.
std::vector<Snippet> ClientSnippets(const SnippetNumbers& numbers);

// Code that sets one socket option.
Snippet ReuseAddressSnippet(uint16_t listen_port);
Snippet BindNoPortSnippet(const PoolKey& key);
// A range of its own for one client, within the sysctl's range.
Snippet SocketPortRangeSnippet(PortRange range);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_SNIPPETS_H_
