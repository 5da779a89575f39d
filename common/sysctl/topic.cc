#include "common/sysctl/topic.h"

#include <algorithm>

namespace berthmaster {

const std::vector<Topic>& Topics() {
  static const auto* topics = new std::vector<Topic>{
      {.name = kTimeWaitTopic,
       .kind = TopicKind::kSocketState,
       .effect = "The end that closes first keeps a small record of the connection for 60 s and a "
                 "little more, "
                 "a constant of the kernel that no sysctl changes. A TIME_WAIT of connect() holds "
                 "its port towards its own destination only; one of a socket that was given its "
                 "port by bind() holds it towards all."},
      {.name = kFinWait2Topic,
       .kind = TopicKind::kSocketState,
       .effect = "This end has closed, the peer has not. When no process holds the socket any "
                 "more, net.ipv4.tcp_fin_timeout ends it; a process that only called "
                 "shutdown(SHUT_WR) can keep it for ever."},
      {.name = kCloseWaitTopic,
       .kind = TopicKind::kSocketState,
       .effect = "The peer has closed and this application has not: the socket and its port stay "
                 "until it calls close(). No sysctl ends it; many of them are a leak of the "
                 "application."},
      {.name = kLingerTopic,
       .effect =
           "What close() does with data that is not sent yet. Off: the kernel sends it in the "
           "background. On with seconds: close() waits for it so long. On with 0: the "
           "connection is reset and unsent data thrown away.",
       .usage = "struct linger off = {0, 0}; setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof "
                "off);"},
      {.name = kReuseAddressTopic,
       .effect =
           "Lets bind() take a port on which only connections of an earlier listener are left, "
           "in TIME_WAIT or still open, when the earlier socket had the option too. It never "
           "lets two listeners share a port.",
       .usage = "int on = 1; setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* before "
                "bind() */"},
      {.name = kReusePortTopic,
       .since_kernel = "3.9",
       .effect = "Lets several sockets of one user listen on the same address and port; the kernel "
                 "spreads new connections over them.",
       .usage = "int on = 1; setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on); /* before "
                "bind() */"},
      {.name = kBindNoPortTopic,
       .since_kernel = "4.2",
       .effect =
           "Makes bind() to an address with port 0 leave the choice of the port to connect(), "
           "so that ports are shared between destinations again.",
       .usage = "int on = 1; setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on); "
                "/* before bind() */"},
      {.name = kSocketPortRangeTopic,
       .since_kernel = "6.3",
       .effect = "A range of ports of this socket's own, inside net.ipv4.ip_local_port_range. It "
                 "keeps applications out of each other's ports, or shares one address out between "
                 "them.",
       .usage =
           "uint32_t range = high << 16 | low; setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, "
           "&range, sizeof range); /* before bind() or connect() */"},
      {.name = kLinger2Topic,
       .effect = "net.ipv4.tcp_fin_timeout for one socket: how long it stays in FIN_WAIT_2 after "
                 "close(). It does not change TIME_WAIT.",
       .usage = "int seconds = 10; setsockopt(fd, IPPROTO_TCP, TCP_LINGER2, &seconds, sizeof "
                "seconds);"},
  };
  return *topics;
}

const Topic* FindTopic(absl::string_view name) {
  const auto& topics = Topics();
  auto found = std::find_if(topics.begin(), topics.end(),
                            [name](const Topic& topic) { return topic.name == name; });
  return found == topics.end() ? nullptr : &*found;
}

}  // namespace berthmaster
