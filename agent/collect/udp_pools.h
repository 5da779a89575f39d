#ifndef BERTHMASTER_AGENT_COLLECT_UDP_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_UDP_POOLS_H_

#include <string>
#include <vector>

#include "agent/collect/port_space.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// The UDP pools of one namespace, looked at only while sockstat says that one may be past the quiet
// share. One thread.
class UdpPools {
 public:
  // Dumps the UDP sockets where `udp_in_use` makes it worth while.
  void Update(const NetnsEntry& netns, int32_t udp_in_use, const PortSpace& space,
              SocketDump& dump);

  const std::vector<PoolSample>& pools() const { return pools_; }
  // Why they cannot be seen, with the remedy; empty when they can.
  const std::string& limitation() const { return limitation_; }

 private:
  std::vector<PoolSample> pools_;
  std::string limitation_;
  bool is_refused_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_UDP_POOLS_H_
