#include "common/sysctl/catalogue.h"
#include "common/sysctl/lesson_groups.h"

namespace berthmaster {

std::vector<Lesson> QueueLessons() {
  return {
      {.id = "syncookies-not-ports",
       .setting = kSynCookiesSysctl,
       .claim = "tcp_syncookies = 1 helps against TIME_WAIT.",
       .reason = "It has nothing to do with TIME_WAIT or ephemeral ports: it answers a flood of "
                 "SYNs to a listener, and 1 is the default.",
       .instead = {},
       .source = "net/ipv4/tcp_input.c, tcp_conn_request()"},
      {.id = "syncookies-off",
       .setting = kSynCookiesSysctl,
       .when = "With 0",
       .reason = "With 0 a listener whose queue is full drops SYNs: a flood, or a burst of honest "
                 "clients, shuts the service off.",
       .instead = "net.ipv4.tcp_syncookies = 1, the default.",
       .source = "net/ipv4/tcp_input.c, tcp_conn_request()"},
      {.id = "syncookies-always",
       .setting = kSynCookiesSysctl,
       .when = "With 2",
       .reason = "2 answers every SYN with a cookie, which is meant for tests: connections lose "
                 "TCP options that do not fit into a cookie.",
       .instead = "net.ipv4.tcp_syncookies = 1, the default.",
       .source = "Linux Documentation/networking/ip-sysctl, tcp_syncookies"},
      {.id = "somaxconn-low",
       .setting = kListenBacklogMaxSysctl,
       .when = "Below 4096",
       .reason = "It cuts the backlog that every listen() asks for; the default is 4096 since "
                 "Linux 5.4.",
       .instead = "net.core.somaxconn = 4096 or more. Each pod has its own.",
       .source = "net/socket.c, __sys_listen()"},
      {.id = "syn-retries-long",
       .setting = kSynRetriesSysctl,
       .when = "Above 6",
       .reason = "A connection to a dead destination holds its port in SYN_SENT until the retries "
                 "end: one to two minutes with 6, and each step more about doubles it.",
       .instead = "net.ipv4.tcp_syn_retries = 6, the default, or a timeout in the application.",
       .source = "net/ipv4/tcp_timer.c, tcp_write_timeout()"},
      {.id = "syn-retries-few",
       .setting = kSynRetriesSysctl,
       .when = "With 1 or 2",
       .reason = "With so few retries one or two lost packets make connect() fail.",
       .instead = "At least 3, or a timeout in the application.",
       .source = "net/ipv4/tcp_timer.c, tcp_write_timeout()"},
      {.id = "conntrack-time-wait-short",
       .setting = kConntrackTimeWaitSysctl,
       .when = "Below 60",
       .reason = "Below 60 s conntrack forgets a connection while the sockets still are in "
                 "TIME_WAIT: late packets of it are then invalid, and its SNAT port can be given "
                 "to a connection that the server takes for the old one.",
       .instead = "60 or more. The default of 120 is twice the sockets' TIME_WAIT.",
       .source = "net/netfilter/nf_conntrack_proto_tcp.c, tcp_timeouts"},
      {.id = "conntrack-established-long",
       .setting = kConntrackEstablishedSysctl,
       .when = "Above 86400",
       .reason = "By default a client that vanished holds its conntrack entry, and its SNAT port, "
                 "for five days.",
       .instead = "A few hours, longer than the keep-alive of the connections that must survive "
                  "(net.ipv4.tcp_keepalive_time, two hours by default).",
       .source = "net/netfilter/nf_conntrack_proto_tcp.c, tcp_timeouts"},
      {.id = "conntrack-established-short",
       .setting = kConntrackEstablishedSysctl,
       .when = "At or below tcp_keepalive_time",
       .reason = "Idle connections whose keep-alive comes less often than this are cut: their "
                 "next packet is invalid to NAT.",
       .instead = "Longer than net.ipv4.tcp_keepalive_time (7200 by default), or keep-alives that "
                  "come sooner.",
       .source = "net/netfilter/nf_conntrack_proto_tcp.c, tcp_timeouts"},
      {.id = "conntrack-max-is-memory",
       .setting = kConntrackMaxSysctl,
       .claim = "A larger nf_conntrack_max gives SNAT more ports.",
       .reason = "It is how many connections are known, each some 320 bytes. SNAT runs out of "
                 "ports for one destination whatever it is.",
       .instead = "More SNAT addresses, a wider masquerade range, or connections that are reused.",
       .source = "net/netfilter/nf_nat_core.c, get_unique_tuple()"},
  };
}

}  // namespace berthmaster
