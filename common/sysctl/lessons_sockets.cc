#include "common/sysctl/lesson_groups.h"
#include "common/sysctl/topic.h"

namespace berthmaster {

std::vector<Lesson> SocketLessons() {
  return {
      {.id = "linger-zero",
       .setting = kLingerTopic,
       .claim = "SO_LINGER with 0 is the clean way to be rid of TIME_WAIT.",
       .reason = "close() then resets the connection: what is not sent yet is thrown away, the "
                 "peer may lose what it has not read, and sees ECONNRESET. No TIME_WAIT is left "
                 "because nobody is left to answer late segments.",
       .instead = "Close in the ordinary way. Reuse connections, let the server close first, or "
                  "set net.ipv4.tcp_tw_reuse = 1.",
       .source = "socket(7), SO_LINGER; net/ipv4/tcp.c, __tcp_close()"},
      {.id = "linger-waits",
       .setting = kLingerTopic,
       .when = "With seconds",
       .reason = "With seconds close() blocks until the data is acknowledged or the time is over, "
                 "also in a program that thinks its sockets never block. It does not change "
                 "TIME_WAIT.",
       .instead = "shutdown(SHUT_WR), then read until the end, where the peer's receipt matters.",
       .source = "socket(7), SO_LINGER"},
      {.id = "reuse-address-not-connect",
       .setting = kReuseAddressTopic,
       .claim = "SO_REUSEADDR lets connect() use ports that are in TIME_WAIT.",
       .reason = "It is about bind(): connect() that chooses its own port does not look at it. "
                 "bind() with port 0 gets no more ports by it.",
       .instead = "net.ipv4.tcp_tw_reuse = 1 for connect(); IP_BIND_ADDRESS_NO_PORT for clients "
                  "that bind() to an address first.",
       .source = "net/ipv4/inet_connection_sock.c, inet_csk_find_open_port()"},
      {.id = "reuse-address-both",
       .setting = kReuseAddressTopic,
       .claim = "It is enough that the restarted server sets SO_REUSEADDR.",
       .reason = "The TIME_WAIT carries the flag of the socket it was: bind() succeeds only when "
                 "the old listener had it too.",
       .instead = "Set it on every listener before bind(), always.",
       .source = "net/ipv4/inet_connection_sock.c, inet_csk_bind_conflict()"},
      {.id = "reuse-port-not-clients",
       .setting = kReusePortTopic,
       .claim = "SO_REUSEPORT gives clients more ephemeral ports.",
       .reason = "bind() with port 0 gives each socket a port of its own with it as without it, "
                 "whatever the destination.",
       .instead = "IP_BIND_ADDRESS_NO_PORT, or no bind() at all.",
       .source = "net/ipv4/inet_connection_sock.c, inet_csk_find_open_port()"},
      {.id = "reuse-port-hides-twins",
       .setting = kReusePortTopic,
       .reason = "A second copy of a server starts without an error on the same port, and the "
                 "kernel splits the clients between the two.",
       .instead = "Set it only where several listeners are meant.",
       .source = "socket(7), SO_REUSEPORT"},
      {.id = "bind-no-port-right",
       .setting = kBindNoPortTopic,
       .reason = "Without it a client that bind()s to an address takes its port from every "
                 "destination, while it is open and for 60 s of TIME_WAIT after. With it the port "
                 "is chosen by connect() and counts for its destination only. TCP only: UDP gains "
                 "nothing.",
       .instead = {},
       .source = "ip(7), IP_BIND_ADDRESS_NO_PORT; net/ipv4/af_inet.c, __inet_bind()"},
      {.id = "socket-range-inside",
       .setting = kSocketPortRangeTopic,
       .claim = "IP_LOCAL_PORT_RANGE gives a socket ports beyond net.ipv4.ip_local_port_range.",
       .reason = "A range that does not lie in that of the namespace is ignored.",
       .instead = "Widen net.ipv4.ip_local_port_range first, then share it out.",
       .source = "ip(7), IP_LOCAL_PORT_RANGE; net/ipv4/inet_connection_sock.c, "
                 "inet_sk_get_local_port_range()"},
      {.id = "linger2-not-time-wait",
       .setting = kLinger2Topic,
       .claim = "TCP_LINGER2 shortens TIME_WAIT.",
       .reason = "It is about FIN_WAIT_2 after close(). Above 60 s the kernel gives twice what is "
                 "beyond 60, as with net.ipv4.tcp_fin_timeout.",
       .instead = {},
       .source = "tcp(7), TCP_LINGER2; net/ipv4/tcp_timer.c, tcp_keepalive_timer()"},
      {.id = "close-wait-is-a-leak",
       .setting = kCloseWaitTopic,
       .claim = "A sysctl cleans up CLOSE_WAIT.",
       .reason = "The kernel waits for close() of the application, without end. Keep-alive does "
                 "not end it while the peer's host answers.",
       .instead = "Find the process (ss -tnp state close-wait) and mend the path on which it does "
                  "not close.",
       .source = "RFC 9293, section 3.6"},
      {.id = "fin-wait-2-orphans",
       .setting = kFinWait2Topic,
       .claim = "tcp_fin_timeout ends every FIN_WAIT_2.",
       .reason = "Only orphans: a socket that a process still holds after shutdown(SHUT_WR) stays "
                 "until the peer closes.",
       .instead = "close() instead of shutdown() alone, or a timeout in the application.",
       .source = "net/ipv4/tcp.c, __tcp_close()"},
  };
}

}  // namespace berthmaster
