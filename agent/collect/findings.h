#ifndef BERTHMASTER_AGENT_COLLECT_FINDINGS_H_
#define BERTHMASTER_AGENT_COLLECT_FINDINGS_H_

#include <cstdint>
#include <vector>

#include "agent/collect/listener_memory.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/net/port_range.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// Findings of one namespace in a sample at most, those that most sockets show first.
inline constexpr size_t kFindingsMax = 32;

// Collects, over one dump, what is worth saying and is no pool. One thread.
class FindingCollector {
 public:
  // `gone`: listeners of lately that no socket of this dump has taken the place of.
  void SetGone(std::vector<ListenEndpoint> gone);

  // Whether a listener on that port is gone. For every row, so it has to be quick.
  bool IsGonePort(uint16_t local_port) const {
    return !gone_.empty() && gone_ports_.Contains(local_port);
  }
  // A socket that has a port for which IsGonePort().
  void AddUserOfGonePort(const SocketRow& row);

  // A socket that is connected to itself.
  void AddSelfConnect(const SocketRow& row);

  // Largest first.
  std::vector<NetnsFinding> Finish() const;

 private:
  struct GoneListener {
    ListenEndpoint endpoint;
    int32_t sockets = 0;
  };
  struct SelfConnect {
    RawAddress address;
    uint16_t local_port = 0;
    int32_t sockets = 0;
  };
  std::vector<GoneListener> gone_;
  PortSet gone_ports_;
  // At most kFindingsMax.
  std::vector<SelfConnect> self_connects_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_FINDINGS_H_
