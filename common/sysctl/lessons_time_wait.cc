#include "common/sysctl/catalogue.h"
#include "common/sysctl/lesson_groups.h"
#include "common/sysctl/topic.h"

namespace berthmaster {

std::vector<Lesson> TimeWaitLessons() {
  return {
      {.id = "tw-recycle-gone",
       .setting = kTimeWaitRecycleSysctl,
       .claim = "tcp_tw_recycle = 1 frees TIME_WAIT sockets quickly.",
       .reason = "Gone since Linux 4.12: there is no such file, and the line fails. Before that it "
                 "dropped the SYNs of clients behind one NAT address, because it compared "
                 "timestamps by address while each client has a clock of its own.",
       .instead = "Take the line out. Against exhaustion: keep connections open and reuse them; "
                  "then net.ipv4.tcp_tw_reuse = 1, with timestamps on at both ends.",
       .source = "tcp(7), tcp_tw_recycle"},
      {.id = "tw-reuse-without-timestamps",
       .setting = kTimeWaitReuseSysctl,
       .claim = "tcp_tw_reuse works by itself.",
       .reason = "Without timestamps connect() never takes over a TIME_WAIT port, so tcp_tw_reuse "
                 "does nothing. What counts is the connection that has ended: both of its ends "
                 "must have used timestamps.",
       .instead = "net.ipv4.tcp_timestamps = 1, here and at the destinations.",
       .source = "net/ipv4/tcp_ipv4.c, tcp_twsk_unique()"},
      {.id = "tw-reuse-clients-only",
       .setting = kTimeWaitReuseSysctl,
       .claim = "tcp_tw_reuse = 1 rids a server of its TIME_WAIT sockets.",
       .reason =
           "It works for connect() only: a port whose TIME_WAIT is older than the reuse delay "
           "(1 s) can be taken again for the same destination. It needs timestamps at both "
           "ends, and does nothing for accepted connections, for bind(), for FIN_WAIT_2 or "
           "for ports that NAT holds.",
       .instead = {},
       .source = "net/ipv4/tcp_ipv4.c, tcp_twsk_unique()"},
      {.id = "tw-reuse-off",
       .setting = kTimeWaitReuseSysctl,
       .when = "With 0",
       .reason = "0 also ends the reuse on loopback, which the kernel has by default (2): each "
                 "connection to a service on the same host then holds its port for 60 s.",
       .instead = "net.ipv4.tcp_tw_reuse = 2, or 1 where connections to other hosts run out of "
                  "ports.",
       .source = "Linux Documentation/networking/ip-sysctl, tcp_tw_reuse"},
      {.id = "tw-reuse-delay-short",
       .setting = kTimeWaitReuseDelaySysctl,
       .when = "Below 1000",
       .reason = "Reuse within a second relies on a peer whose timestamps tick fast enough: the "
                 "SYN of the new connection must carry a later timestamp than the old connection "
                 "ended with, or the peer drops it.",
       .instead = "net.ipv4.tcp_tw_reuse_delay = 1000, the default.",
       .source = "net/ipv4/tcp_ipv4.c, tcp_twsk_unique()"},
      {.id = "fin-timeout-not-time-wait",
       .setting = kFinTimeoutSysctl,
       .claim = "tcp_fin_timeout shortens TIME_WAIT.",
       .reason = "TIME_WAIT lasts 60 s whatever this says: it is a constant of the kernel. "
                 "tcp_fin_timeout is how long a closed connection waits in FIN_WAIT_2 for the "
                 "peer's FIN, and frees no port that TIME_WAIT holds.",
       .instead = "Leave it at 60 unless orphans in FIN_WAIT_2 pile up. Against exhaustion: reuse "
                  "connections, let the server close first, widen ip_local_port_range, or "
                  "net.ipv4.tcp_tw_reuse = 1.",
       .source = "include/net/tcp.h, TCP_TIMEWAIT_LEN; net/ipv4/tcp_minisocks.c, tcp_time_wait()"},
      {.id = "fin-timeout-above-60",
       .setting = kFinTimeoutSysctl,
       .claim = "A tcp_fin_timeout above 60 makes FIN_WAIT_2 that much longer.",
       .reason = "Above 60 an orphan lives for twice what is beyond 60: 65 means 10 s, 80 means "
                 "40 s, and all of 61 to 89 is shorter than the default.",
       .instead = "net.ipv4.tcp_fin_timeout = 60, the default.",
       .source = "net/ipv4/tcp_input.c, tcp_fin_time(); net/ipv4/tcp_timer.c, "
                 "tcp_keepalive_timer()"},
      {.id = "fin-timeout-short",
       .setting = kFinTimeoutSysctl,
       .when = "Below 10",
       .reason = "A peer that needs longer to send its last data and its FIN is answered with a "
                 "reset, and what it sent is lost.",
       .instead = "net.ipv4.tcp_fin_timeout = 60, the default, or at least 10.",
       .source = "net/ipv4/tcp.c, __tcp_close()"},
      {.id = "tw-buckets-low",
       .setting = kTimeWaitBucketsSysctl,
       .claim = "A low tcp_max_tw_buckets keeps TIME_WAIT sockets from piling up.",
       .reason = "Above the limit the kernel closes connections without TIME_WAIT: late segments "
                 "of an old connection can then end up in a new one, a lost last ACK ends in a "
                 "reset, and nothing is logged (only TCPTimeWaitOverflow counts it). The sockets "
                 "it spares cost 256 bytes each.",
       .instead = "Leave the default, half of the socket table, or raise it to what the rate of "
                  "closes times 61 s needs. Against exhaustion: reuse connections, a wider "
                  "ip_local_port_range, net.ipv4.tcp_tw_reuse = 1.",
       .source = "net/ipv4/inet_timewait_sock.c, inet_twsk_alloc()"},
      {.id = "tw-buckets-not-ports",
       .setting = kTimeWaitBucketsSysctl,
       .claim = "Raising tcp_max_tw_buckets gives connect() more ports.",
       .reason = "It is the size of the TIME_WAIT table, not of a pool of ports: connect() runs "
                 "out of ports towards one destination whatever it is.",
       .instead = "Raise it only where TCPTimeWaitOverflow counts. Against exhaustion: reuse "
                  "connections, a wider ip_local_port_range, net.ipv4.tcp_tw_reuse = 1.",
       .source = "net/ipv4/inet_timewait_sock.c, inet_twsk_alloc()"},
      {.id = "tw-buckets-unlimited",
       .setting = kTimeWaitBucketsSysctl,
       .when = "Below 0",
       .reason = "A negative value means no limit: it is compared as an unsigned number. A host "
                 "that closes many connections then has no bound on the memory of TIME_WAIT.",
       .instead = "A number: the rate of closes times 61 s, with room to spare.",
       .source = "net/ipv4/inet_timewait_sock.c, inet_twsk_alloc()"},
      {.id = "timestamps-off",
       .setting = kTimestampsSysctl,
       .claim = "Turning timestamps off saves work and hides the uptime at no cost.",
       .reason = "Without timestamps no TIME_WAIT port can be reused by connect(), sequence "
                 "numbers that wrap are no longer told from old ones, and a server's TIME_WAIT "
                 "holds up new connections from the same client port. Since Linux 4.10 timestamps "
                 "begin at a random offset and no longer show the uptime.",
       .instead = "net.ipv4.tcp_timestamps = 1, the default.",
       .source = "RFC 7323, section 5; net/ipv4/tcp_ipv4.c, tcp_twsk_unique()"},
      {.id = "timestamps-no-offset",
       .setting = kTimestampsSysctl,
       .when = "With 2",
       .reason = "2 uses timestamps without a random offset for each connection, which shows the "
                 "host's uptime to its peers.",
       .instead = "net.ipv4.tcp_timestamps = 1, the default.",
       .source = "Linux Documentation/networking/ip-sysctl, tcp_timestamps"},
      {.id = "rfc1337-without-timestamps",
       .setting = kRfc1337Sysctl,
       .reason = "With tcp_rfc1337 = 1 and no timestamps, a new connection that meets a TIME_WAIT "
                 "of its own four-tuple times out, where it would have been tried again within "
                 "milliseconds: the reset that would clear the TIME_WAIT is ignored.",
       .instead = "net.ipv4.tcp_timestamps = 1, the default; or net.ipv4.tcp_rfc1337 = 0.",
       .source = "net/ipv4/tcp_minisocks.c, tcp_timewait_state_process()"},
      {.id = "rfc1337-not-ports",
       .setting = kRfc1337Sysctl,
       .claim = "tcp_rfc1337 = 1 cures TIME_WAIT.",
       .reason = "It keeps a reset from ending a TIME_WAIT early, so it can only make ports stay "
                 "held for longer.",
       .instead = {},
       .source = "net/ipv4/tcp_minisocks.c, tcp_timewait_state_process()"},
      {.id = "time-wait-is-per-destination",
       .setting = kTimeWaitTopic,
       .claim = "A host with many thousand TIME_WAIT sockets is running out of ports.",
       .reason = "A TIME_WAIT that connect() left holds its port towards its own destination "
                 "address and port only. Ten thousand of them over a hundred destinations are "
                 "nothing; a server's TIME_WAIT sockets hold no ephemeral port at all.",
       .instead = "Look at the fullest pool: one source address, one destination address and port.",
       .source = "net/ipv4/inet_hashtables.c, __inet_check_established()"},
      {.id = "time-wait-is-useful",
       .setting = kTimeWaitTopic,
       .claim = "TIME_WAIT is waste and should be turned off.",
       .reason = "It answers a peer whose FIN comes again because the last ACK was lost, and keeps "
                 "late segments out of a new connection with the same addresses and ports. It "
                 "costs 256 bytes.",
       .instead = "Have fewer connections end: keep-alive and pools of connections. TIME_WAIT "
                  "stays with the end that closes first, so let the server close where that is "
                  "possible.",
       .source = "RFC 9293, section 3.6.1; include/net/inet_timewait_sock.h"},
  };
}

}  // namespace berthmaster
