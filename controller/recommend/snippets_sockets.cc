#include "absl/strings/str_format.h"
#include "controller/recommend/snippets.h"

namespace berthmaster {

Snippet ReuseAddressSnippet(uint16_t listen_port) {
  return {"C", "before bind(); both the old and the new listener need it",
          absl::StrFormat("int on = 1;\n"
                          "setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));\n"
                          "/* then bind() to port %d, and listen() */\n",
                          listen_port)};
}

Snippet BindNoPortSnippet(const PoolKey& key) {
  return {"C",
          "between socket() and bind(); Linux 4.2 and later. nginx's proxy_bind (1.11.4) and "
          "HAProxy's source do so themselves",
          absl::StrFormat("int on = 1;\n"
                          "setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));\n"
                          "/* bind() to %s with port 0 then leaves the port to connect() */\n",
                          key.source.ToString())};
}

Snippet SocketPortRangeSnippet(PortRange range) {
  return {"C", "before bind() or connect(); Linux 6.3 and later, within the sysctl's range",
          absl::StrFormat("#ifndef IP_LOCAL_PORT_RANGE\n"
                          "#define IP_LOCAL_PORT_RANGE 51 /* headers older than the kernel */\n"
                          "#endif\n"
                          "/* the high port in the upper half, the low one in the lower: %d-%d */\n"
                          "uint32_t range = %du << 16 | %du;\n"
                          "setsockopt(fd, SOL_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range));\n",
                          range.low, range.high, range.high, range.low)};
}

}  // namespace berthmaster
