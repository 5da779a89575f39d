#include "controller/store/sqlite/host_rows.h"

#include <utility>

namespace berthmaster {

HostRows::HostRows(ParentTable<Host> hosts, ChildTable<AgentCapability> capabilities,
                   ChildTable<std::string> limitations)
    : hosts_(std::move(hosts)),
      capabilities_(std::move(capabilities)),
      limitations_(std::move(limitations)) {}

absl::StatusOr<HostRows> HostRows::Prepare(const Database& database) {
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto hosts,
      ParentTable<Host>::Prepare(
          database,
          "INSERT OR REPLACE INTO host (host_id, state, host_name, kernel_release, boot_id, "
          "agent_version, profile, attach_time, sample_time, desired_revision) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          "SELECT host_id, state, host_name, kernel_release, boot_id, agent_version, profile, "
          "attach_time, sample_time, desired_revision FROM host ORDER BY host_id"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto capabilities,
      ChildTable<AgentCapability>::Prepare(
          database, "INSERT INTO host_capability (host_id, position, capability) VALUES (?, ?, ?)",
          "SELECT capability FROM host_capability WHERE host_id = ? ORDER BY position"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      auto limitations,
      ChildTable<std::string>::Prepare(
          database, "INSERT INTO host_limitation (host_id, position, text) VALUES (?, ?, ?)",
          "SELECT text FROM host_limitation WHERE host_id = ? ORDER BY position"));
  return HostRows(std::move(hosts), std::move(capabilities), std::move(limitations));
}

absl::Status HostRows::Put(const Host& host) {
  BERTHMASTER_RETURN_IF_ERROR(hosts_.Replace(host));
  BERTHMASTER_RETURN_IF_ERROR(capabilities_.Insert(host.identity.capabilities, host.host_id));
  return limitations_.Insert(host.identity.limitations, host.host_id);
}

absl::StatusOr<std::vector<Host>> HostRows::Load() {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<Host> hosts, hosts_.Load());
  for (Host& host : hosts) {
    BERTHMASTER_RETURN_IF_ERROR(capabilities_.Load(host.identity.capabilities, host.host_id));
    BERTHMASTER_RETURN_IF_ERROR(limitations_.Load(host.identity.limitations, host.host_id));
  }
  return hosts;
}

}  // namespace berthmaster
