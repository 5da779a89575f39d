#ifndef BERTHMASTER_AGENT_POOL_TEXT_H_
#define BERTHMASTER_AGENT_POOL_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// How pools are written for people. Pure.

// "connect", "TIME_WAIT", "bind", "UDP", "SNAT", "conntrack", "listener"
absl::string_view PoolKindText(PoolKind kind);

// "10.0.0.1 -> [fd00::2]:443", "10.0.0.1" of a bind or UDP pool, "tcp 10.0.0.1 -> 10.0.0.2:443" of
// a SNAT pool, "[::]:8080" of a listener, "table" of the two tables.
std::string PoolKeyText(PoolKind kind, const PoolKey& key);

// "ESTABLISHED=50 TIME_WAIT=250"; empty without sockets.
std::string StatesText(const StateCounts& states);

// Text that others chose, fit for a terminal: what is no printable ASCII is escaped, "\\n".
std::string TerminalText(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_POOL_TEXT_H_
