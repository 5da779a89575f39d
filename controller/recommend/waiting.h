#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_WAITING_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_WAITING_H_

#include "absl/time/time.h"

namespace berthmaster {

// How long a socket waits in a state that a sysctl ends.

// In SYN_SENT, when nothing answers: tcp_write_timeout() gives up at the first retransmission timer
// that is due no sooner than 2^(retries + 1) - 1 s after the first SYN. The timer goes off at 1, 2,
// ... linear_timeouts + 1 s, and then after twice the time each (tcp_syn_linear_timeouts, 4 since
// Linux 6.5; 0 before). Measured: 7.1, 19.4 and 35.5 s with 2, 3 and 4 retries; 7.3 and 15.5 s with
// 2 and 3 without linear timeouts. `retries` is taken as 1 to 15 and `linear_timeouts` as 0 to 127.
absl::Duration SynSentHold(int retries, int linear_timeouts);

// In FIN_WAIT_2 without an owner, by tcp_fin_timeout. Above 60 s the kernel keeps a full socket for
// what is beyond 60 and then a mini-socket for as long again: 61 gives 2 s (measured).
absl::Duration FinWait2Hold(absl::Duration fin_timeout);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_WAITING_H_
