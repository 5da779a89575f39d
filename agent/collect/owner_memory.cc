#include "agent/collect/owner_memory.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "agent/kernel/sockets/sock_diag_codec.h"

namespace berthmaster {
namespace {

// Cookies count up from 1, so no cookie is as large.
constexpr uint64_t kInodeFlag = uint64_t{1} << 63;

// What the socket is remembered by; 0 when there is nothing.
uint64_t SocketId(const SocketRow& row) {
  if (row.cookie != 0) return row.cookie;
  return row.inode != 0 ? kInodeFlag | row.inode : 0;
}

// Whether this side has closed the connection first: in TIME_WAIT, or on the way there.
bool IsTimeWait(TcpState state) {
  return state == TcpState::kTimeWait || state == TcpState::kFinWait2 ||
         state == TcpState::kFinWait1 || state == TcpState::kClosing;
}

}  // namespace

bool IsWorthNaming(const PoolSample& pool) {
  return pool.kind == PoolKind::kConnect && pool.in_use > kNamedShare * pool.capacity;
}

void OwnerMemory::SetNamed(std::vector<RawPoolKey> keys) {
  if (keys.size() > kNamedPoolsMax) keys.resize(kNamedPoolsMax);
  named_ = std::move(keys);
  if (named_.empty()) known_.clear();
}

int32_t OwnerMemory::NamedIndex(const RawPoolKey& key) const {
  auto found = std::find(named_.begin(), named_.end(), key);
  return found == named_.end() ? -1 : static_cast<int32_t>(found - named_.begin());
}

void OwnerMemory::BeginDump() {
  ++dump_number_;
  unknown_.clear();
  counts_.assign(named_.size(), PoolCount());
}

void OwnerMemory::AddSocket(int32_t named_index, const SocketRow& row) {
  const uint64_t socket_id = SocketId(row);
  const bool is_time_wait = IsTimeWait(row.state);
  if (socket_id == 0) {
    AddUnseen(named_index, is_time_wait);
    return;
  }
  auto found = known_.find(socket_id);
  const bool is_known = found != known_.end();
  if (is_known) found->second.dump_number = dump_number_;
  const bool can_learn = !row.is_mini && row.inode != 0 && unknown_.size() < kInodesPerDumpMax;
  if (is_known && (found->second.is_process || !can_learn)) {
    AddSeen(named_index, is_time_wait, found->second.owner);
  } else if (can_learn) {
    unknown_.push_back({socket_id, row.inode, named_index, is_time_wait, CgroupId(row).value_or(0),
                        std::string(row.cgroup)});
  } else {
    AddUnseen(named_index, is_time_wait);
  }
}

void OwnerMemory::FinishDump(SocketOwners& owners, size_t& inodes_left) {
  if (unknown_.size() > inodes_left) unknown_.resize(inodes_left);
  absl::flat_hash_map<uint32_t, ProcessId> processes;
  if (!unknown_.empty() && limitation_.empty()) {
    inodes_left -= unknown_.size();
    absl::flat_hash_set<uint32_t> inodes;
    for (const Unknown& socket : unknown_) inodes.insert(socket.inode);
    auto found = owners.Find(inodes);
    if (found.ok()) {
      processes = *std::move(found);
    } else if (absl::IsPermissionDenied(found.status())) {
      limitation_ = absl::StrCat("owners of sockets: ", found.status().message());
    }
  }
  absl::erase_if(known_,
                 [this](const auto& entry) { return entry.second.dump_number != dump_number_; });
  for (const Unknown& socket : unknown_) {
    const std::optional<Identity> identity = Identify(socket, owners, processes);
    if (!identity.has_value()) {
      AddUnseen(socket.named_index, socket.is_time_wait);
      continue;
    }
    const uint32_t owner = OwnerIndex(*identity);
    AddSeen(socket.named_index, socket.is_time_wait, owner);
    if (known_.size() < kOwnedSocketsMax || known_.contains(socket.socket_id)) {
      known_[socket.socket_id] = {owner, dump_number_, identity->pid != 0};
    }
  }
  unknown_.clear();
}

SeenOwners OwnerMemory::OwnersOf(const RawPoolKey& key) const {
  const int32_t named_index = NamedIndex(key);
  SeenOwners result;
  if (named_index < 0 || static_cast<size_t>(named_index) >= counts_.size()) return result;
  const PoolCount& count = counts_[static_cast<size_t>(named_index)];
  result.unseen_time_wait = count.unseen_time_wait;
  for (size_t owner = 0; owner < count.owners.size(); ++owner) {
    if (count.owners[owner].sockets == 0) continue;
    result.owners.push_back({owners_[owner], count.owners[owner].time_wait});
    result.owners.back().owner.sockets = count.owners[owner].sockets;
  }
  return result;
}

void OwnerMemory::AddSeen(int32_t named_index, bool is_time_wait, uint32_t owner) {
  std::vector<Count>& owners = counts_[static_cast<size_t>(named_index)].owners;
  if (owners.size() <= owner) owners.resize(owner + 1);
  ++owners[owner].sockets;
  owners[owner].time_wait += is_time_wait;
}

void OwnerMemory::AddUnseen(int32_t named_index, bool is_time_wait) {
  counts_[static_cast<size_t>(named_index)].unseen_time_wait += is_time_wait;
}

std::optional<OwnerMemory::Identity> OwnerMemory::Identify(
    const Unknown& socket, SocketOwners& owners,
    const absl::flat_hash_map<uint32_t, ProcessId>& processes) const {
  Identity identity;
  auto process = processes.find(socket.inode);
  if (process != processes.end()) {
    identity.process = process->second.name;
    identity.pid = process->second.pid;
    identity.cgroup = process->second.cgroup;
  }
  if (identity.cgroup.empty()) identity.cgroup = socket.cgroup;
  if (identity.cgroup.empty() && socket.cgroup_id != 0) {
    identity.cgroup = owners.CgroupPath(socket.cgroup_id);
  }
  if (identity.pid == 0 && identity.cgroup.empty()) return std::nullopt;
  return identity;
}

uint32_t OwnerMemory::OwnerIndex(const Identity& identity) {
  auto found = std::find(owners_.begin(), owners_.end(), identity);
  if (found == owners_.end()) {
    if (owners_.size() >= kOwnersRememberedMax) {
      owners_.clear();
      known_.clear();
      for (PoolCount& count : counts_) {
        for (const Count& seen : count.owners) count.unseen_time_wait += seen.time_wait;
        count.owners.clear();
      }
    }
    found = owners_.insert(owners_.end(), identity);
  }
  return static_cast<uint32_t>(found - owners_.begin());
}

}  // namespace berthmaster
