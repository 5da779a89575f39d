#include "agent/collect/findings.h"

#include <algorithm>
#include <utility>

namespace berthmaster {

void FindingCollector::SetGone(std::vector<ListenEndpoint> gone) {
  std::sort(gone.begin(), gone.end(), [](const ListenEndpoint& a, const ListenEndpoint& b) {
    return a.listen_port < b.listen_port;
  });
  gone_ports_.clear();
  gone_.clear();
  for (const ListenEndpoint& endpoint : gone) {
    gone_ports_.Add(endpoint.listen_port);
    gone_.push_back({endpoint, 0});
  }
}

void FindingCollector::AddUserOfGonePort(const SocketRow& row) {
  auto at = std::lower_bound(gone_.begin(), gone_.end(), row.local_port,
                             [](const GoneListener& listener, uint16_t local_port) {
                               return listener.endpoint.listen_port < local_port;
                             });
  for (; at != gone_.end() && at->endpoint.listen_port == row.local_port; ++at) {
    if (at->endpoint.Conflicts(row.source)) ++at->sockets;
  }
}

void FindingCollector::AddSelfConnect(const SocketRow& row) {
  for (SelfConnect& known : self_connects_) {
    if (known.local_port != row.local_port || !(known.address == row.source)) continue;
    ++known.sockets;
    return;
  }
  if (self_connects_.size() < kFindingsMax) {
    self_connects_.push_back({row.source, row.local_port, 1});
  }
}

std::vector<NetnsFinding> FindingCollector::Finish() const {
  std::vector<NetnsFinding> findings;
  for (const SelfConnect& one : self_connects_) {
    findings.push_back(
        {FindingKind::kSelfConnect, one.address.ToIpAddress(), one.local_port, one.sockets});
  }
  for (const GoneListener& one : gone_) {
    if (one.sockets == 0) continue;
    findings.push_back({FindingKind::kRestartBlocked, one.endpoint.address.ToIpAddress(),
                        one.endpoint.listen_port, one.sockets});
  }
  std::stable_sort(
      findings.begin(), findings.end(),
      [](const NetnsFinding& a, const NetnsFinding& b) { return a.sockets > b.sockets; });
  if (findings.size() > kFindingsMax) findings.resize(kFindingsMax);
  return findings;
}

}  // namespace berthmaster
