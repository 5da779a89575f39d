#ifndef BERTHMASTER_AGENT_COLLECT_OWNER_MEMORY_H_
#define BERTHMASTER_AGENT_COLLECT_OWNER_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/collect/pool_counts.h"
#include "agent/collect/pool_owners.h"
#include "agent/kernel/sockets/socket_owners.h"
#include "agent/kernel/sockets/socket_row.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// From this share of its capacity on a pool's owners are worth looking for.
inline constexpr double kNamedShare = 0.25;
bool IsWorthNaming(const PoolSample& pool);
// Pools of a namespace whose owners are looked for.
inline constexpr size_t kNamedPoolsMax = 8;
// Sockets of a namespace whose owner is asked for after one dump.
inline constexpr size_t kInodesPerDumpMax = 4096;
// The same in one sample of all namespaces.
inline constexpr size_t kInodesPerSampleMax = 16384;
// Sockets of a namespace whose owner is remembered: 2 MiB, all of two full pools. Nobody is seen to
// hold those of further ones.
inline constexpr size_t kOwnedSocketsMax = 65536;
// Different owners of a namespace; when there are more, the memory begins anew.
inline constexpr size_t kOwnersRememberedMax = 1024;

// Who holds the sockets of the largest pools of one namespace: learned while a socket is held by a
// process, and remembered by its cookie, since in TIME_WAIT it says nothing of that any more. For
// each dump: SetNamed(), BeginDump(), AddSocket() for the rows of those pools, FinishDump(). One
// thread.
class OwnerMemory {
 public:
  // The pools worth naming in the next dump; at most kNamedPoolsMax are.
  void SetNamed(std::vector<RawPoolKey> keys);
  bool has_named() const { return !named_.empty(); }
  // Of one of those; -1 for another.
  int32_t NamedIndex(const RawPoolKey& key) const;

  // Also after a dump that failed, before the next try.
  void BeginDump();
  void AddSocket(int32_t named_index, const SocketRow& row);
  // Asks `owners` for what is not known yet, and takes what it asked for off `inodes_left`. Forgets
  // the sockets that the dump did not have.
  void FinishDump(SocketOwners& owners, size_t& inodes_left);

  // As the last dump has it; nothing for a pool that is not a named one.
  SeenOwners OwnersOf(const RawPoolKey& key) const;
  // Why no process can be named, with the remedy; empty when they can.
  const std::string& limitation() const { return limitation_; }

 private:
  struct Known {
    uint32_t owner = 0;
    uint32_t dump_number = 0;
    // Not only the cgroup.
    bool is_process = false;
  };
  struct Unknown {
    uint64_t socket_id = 0;
    uint32_t inode = 0;
    int32_t named_index = 0;
    bool is_time_wait = false;
    uint64_t cgroup_id = 0;
    std::string cgroup;
  };
  struct Count {
    int32_t sockets = 0;
    // SeenOwner::time_wait.
    int32_t time_wait = 0;
  };
  struct PoolCount {
    // By position in owners_.
    std::vector<Count> owners;
    int32_t unseen_time_wait = 0;
  };
  // Without the number of sockets.
  using Identity = PoolOwner;

  void AddSeen(int32_t named_index, bool is_time_wait, uint32_t owner);
  void AddUnseen(int32_t named_index, bool is_time_wait);
  std::optional<Identity> Identify(const Unknown& socket, SocketOwners& owners,
                                   const absl::flat_hash_map<uint32_t, ProcessId>& processes) const;
  uint32_t OwnerIndex(const Identity& identity);

  std::vector<RawPoolKey> named_;
  uint32_t dump_number_ = 0;
  absl::flat_hash_map<uint64_t, Known> known_;
  std::vector<Unknown> unknown_;
  std::vector<Identity> owners_;
  // By position in named_.
  std::vector<PoolCount> counts_;
  std::string limitation_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_OWNER_MEMORY_H_
