#include "common/sysctl/catalogue.h"
#include "common/sysctl/lesson_groups.h"

namespace berthmaster {

std::vector<Lesson> PortLessons() {
  return {
      {.id = "range-is-per-destination",
       .setting = kPortRangeSysctl,
       .claim = "The size of the range bounds the connections of the host.",
       .reason = "It bounds those of one network namespace from one source address to one "
                 "destination address and port; another destination has the whole range again. "
                 "The value of the node does not reach its pods: each namespace begins with the "
                 "kernel's default.",
       .instead = {},
       .source = "net/ipv4/inet_hashtables.c, __inet_hash_connect()"},
      {.id = "range-knee",
       .setting = kPortRangeSysctl,
       .claim = "All is well until the last port of the range is taken.",
       .reason = "From half of the range on, towards one destination, each connect() first walks "
                 "all ports of one parity in vain: it then costs milliseconds of CPU instead of "
                 "some 20 microseconds.",
       .instead = "Size the range so that the busiest destination needs less than half of it.",
       .source = "net/ipv4/inet_hashtables.c, __inet_hash_connect()"},
      {.id = "range-odd-size",
       .setting = kPortRangeSysctl,
       .when = "With an odd number of ports",
       .reason = "A range with an odd number of ports guarantees one port fewer than it has: the "
                 "kernel looks at pairs of ports, and logs that it prefers bounds of different "
                 "parity.",
       .instead = "Bounds of different parity, the low one even: such as 32768 60999.",
       .source = "net/ipv4/inet_hashtables.c, __inet_hash_connect()"},
      {.id = "range-node-ports",
       .setting = kPortRangeSysctl,
       .claim = "1024 65535 is the best range.",
       .reason = "Kubernetes gives the ports 30000 to 32767 to services of type NodePort. An "
                 "outgoing connection of the node that holds one of them can meet the traffic of "
                 "such a service.",
       .instead = "On a Kubernetes node begin the range at 32768, or reserve 30000-32767 in "
                  "net.ipv4.ip_local_reserved_ports first.",
       .source = "Kubernetes documentation, Service, type NodePort"},
      {.id = "range-vxlan-ports",
       .setting = kPortRangeSysctl,
       .when = "When it takes in 4789 or 8472",
       .reason = "4789 and 8472 are the UDP ports of VXLAN (Flannel and Cilium use 8472). A UDP "
                 "socket that happens to hold one keeps the overlay from starting.",
       .instead = "Reserve 4789,8472 in net.ipv4.ip_local_reserved_ports before the range covers "
                  "them.",
       .source = "RFC 7348; Linux Documentation/networking/vxlan"},
      {.id = "range-known-services",
       .setting = kPortRangeSysctl,
       .when = "When it takes in ports of services",
       .reason = "The range takes in ports on which well-known services listen and that are not "
                 "reserved. An outgoing connection that holds such a port keeps the service from "
                 "starting (EADDRINUSE), at the worst moment: when it restarts.",
       .instead = "Reserve the ports of the services of this host in "
                  "net.ipv4.ip_local_reserved_ports before the range covers them.",
       .source = "net/ipv4/inet_connection_sock.c, inet_csk_get_port()"},
      {.id = "range-over-listeners",
       .setting = kPortRangeSysctl,
       .when = "When it takes in ports of listeners",
       .reason = "Ports inside the range have listeners now and are not reserved. connect() cannot "
                 "use them, and when a listener is restarted an outgoing connection can take its "
                 "port first.",
       .instead = "Reserve these ports in net.ipv4.ip_local_reserved_ports in the same change.",
       .source = "net/ipv4/inet_connection_sock.c, inet_csk_get_port()"},
      {.id = "range-below-unprivileged",
       .setting = kPortRangeSysctl,
       .when = "When it begins below 1024",
       .reason = "The range may not begin below net.ipv4.ip_unprivileged_port_start: the kernel "
                 "answers EINVAL and keeps the old range.",
       .instead = "A low end of at least ip_unprivileged_port_start (1024 unless it was changed).",
       .source = "net/ipv4/sysctl_net_ipv4.c, ipv4_local_port_range()"},
      {.id = "range-narrow",
       .setting = kPortRangeSysctl,
       .when = "With fewer than 28232 ports",
       .reason = "The range is narrower than the kernel's default of 28232 ports, so a destination "
                 "runs out sooner.",
       .instead = "net.ipv4.ip_local_port_range = 32768 60999, the default, or wider.",
       .source = "net/ipv4/inet_hashtables.c, __inet_hash_connect()"},
      {.id = "range-above-time-wait-table",
       .setting = kPortRangeSysctl,
       .when = "When it is wider than the TIME_WAIT table",
       .reason = "The TIME_WAIT table (net.ipv4.tcp_max_tw_buckets) has room for fewer sockets "
                 "than the range has ports: one busy destination alone overflows it.",
       .instead = "Raise net.ipv4.tcp_max_tw_buckets, or leave its default.",
       .source = "net/ipv4/inet_timewait_sock.c, inet_twsk_alloc()"},
      {.id = "unprivileged-start-above-range",
       .setting = kUnprivilegedPortStartSysctl,
       .when = "Above the low end of the range",
       .reason = "ip_unprivileged_port_start may not be above the low end of "
                 "net.ipv4.ip_local_port_range: the kernel answers EINVAL to the one of the two "
                 "that is written last.",
       .instead = "A value of at most the low end of the range.",
       .source = "net/ipv4/sysctl_net_ipv4.c, ipv4_privileged_ports()"},
      {.id = "reserved-ports-take-range",
       .setting = kReservedPortsSysctl,
       .reason = "Reserved ports are lost to every connect() and bind(0), towards every "
                 "destination.",
       .instead = "Reserve only what must be kept for listeners, and widen "
                  "net.ipv4.ip_local_port_range by as much.",
       .source = "include/net/ip.h, inet_is_local_reserved_port()"},
      {.id = "reserved-ports-outside-range",
       .setting = kReservedPortsSysctl,
       .when = "With no port of the range",
       .reason = "None of the reserved ports lies in the range from which ports are chosen, so "
                 "that nothing changes as long as the range stays.",
       .instead = {},
       .source = "Linux Documentation/networking/ip-sysctl, ip_local_reserved_ports"},
      {.id = "reserved-ports-replaced",
       .setting = kReservedPortsSysctl,
       .claim = "Each line of ip_local_reserved_ports adds to the ones before.",
       .reason = "Each write replaces the whole list, so that only the last line counts.",
       .instead = "One line with all reserved ports.",
       .source = "kernel/sysctl.c, proc_do_large_bitmap()"},
      {.id = "reserved-ports-empty",
       .setting = kReservedPortsSysctl,
       .when = "With nothing",
       .reason = "Writing nothing changes nothing: ports that are reserved stay so.",
       .instead = "Leave the line out. To clear the list of a running host, write a line end to "
                  "the file.",
       .source = "kernel/sysctl.c, proc_do_large_bitmap()"},
      {.id = "autobind-reuse-half",
       .setting = kAutobindReuseSysctl,
       .claim = "ip_autobind_reuse = 1 multiplies the ports.",
       .reason = "It helps only bind(0) between sockets that all have SO_REUSEADDR, only in the "
                 "lower half of the range, and connect() can then fail because the four-tuple is "
                 "taken already.",
       .instead = "IP_BIND_ADDRESS_NO_PORT in the application, which leaves the port to connect().",
       .source = "net/ipv4/inet_connection_sock.c, inet_csk_find_open_port()"},
  };
}

}  // namespace berthmaster
