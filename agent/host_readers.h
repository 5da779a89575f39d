#ifndef BERTHMASTER_AGENT_HOST_READERS_H_
#define BERTHMASTER_AGENT_HOST_READERS_H_

#include <memory>
#include <string>
#include <vector>

#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "common/protocol/identity.h"

namespace berthmaster {

// What a host may offer beyond its sockets and counters. A reader that this host has not got is
// null: then its capability is not listed, and the limitations say why and what the remedy is.
struct HostReaders {
  std::unique_ptr<BindOwnershipReader> bind_ownership;
  std::unique_ptr<ConnectWatch> connect_watch;
  std::unique_ptr<ConntrackReader> conntrack;
  std::unique_ptr<SocketOwners> owners;
  std::vector<AgentCapability> capabilities;
  std::vector<std::string> limitations;

  // For the sampler, which they must outlive.
  LinuxHostSamplerReaders ForSampler() const {
    return {bind_ownership.get(), connect_watch.get(), conntrack.get(), owners.get()};
  }
};

// Makes every reader that this host has and `profile` allows: none in observe-lite, which holds no
// capability to make one with. Never fails.
HostReaders MakeHostReaders(AgentProfile profile);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_HOST_READERS_H_
