#ifndef BERTHMASTER_TESTS_AGENT_COLLECT_FAKE_READERS_H_
#define BERTHMASTER_TESTS_AGENT_COLLECT_FAKE_READERS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "agent/kernel/bind_ownership.h"
#include "agent/kernel/connect_watch.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/sockets/socket_owners.h"

namespace berthmaster {

// The readers that not every host has, in memory. What they give is set as a member.

class FakeBindOwnership final : public BindOwnershipReader {
 public:
  absl::StatusOr<PortSet> ReadClosedPorts(const NetnsEntry&) override {
    ++ask_count;
    if (!error.ok()) return error;
    return closed;
  }
  PortSet closed;
  absl::Status error;
  int ask_count = 0;
};

class FakeConnectWatch final : public ConnectWatch {
 public:
  absl::StatusOr<ConnectActivity> Take() override {
    if (!error.ok()) return error;
    return std::exchange(activity, {});
  }
  ConnectActivity activity;
  absl::Status error;
};

class FakeConntrack final : public ConntrackReader {
 public:
  absl::StatusOr<ConntrackTable> ReadTable(const NetnsEntry&) override {
    ++table_count;
    if (!error.ok()) return error;
    return table;
  }
  absl::Status VisitSnat(const NetnsEntry&,
                         absl::FunctionRef<void(const SnatRow&)> visit) override {
    ++dump_count;
    for (const SnatRow& row : rows) visit(row);
    return absl::OkStatus();
  }
  absl::StatusOr<SnatRules> ReadSnatRules(const NetnsEntry&) override { return rules; }
  ConntrackTable table;
  std::vector<SnatRow> rows;
  SnatRules rules;
  absl::Status error;
  int table_count = 0;
  int dump_count = 0;
};

class FakeOwners final : public SocketOwners {
 public:
  absl::StatusOr<absl::flat_hash_map<uint32_t, ProcessId>> Find(
      const absl::flat_hash_set<uint32_t>& inodes) override {
    asked_count += static_cast<int>(inodes.size());
    if (!error.ok()) return error;
    absl::flat_hash_map<uint32_t, ProcessId> found;
    for (const auto& [inode, process] : processes) {
      if (inodes.contains(inode)) found.emplace(inode, process);
    }
    return found;
  }
  std::string CgroupPath(uint64_t cgroup_id) override {
    auto found = cgroups.find(cgroup_id);
    return found == cgroups.end() ? "" : found->second;
  }
  std::map<uint32_t, ProcessId> processes;
  std::map<uint64_t, std::string> cgroups;
  absl::Status error;
  int asked_count = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_COLLECT_FAKE_READERS_H_
