#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HOST_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HOST_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/protocol/identity.h"
#include "controller/model/host.h"
#include "controller/store/sqlite/child_table.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// Hosts with their capabilities and limitations. The database must outlive it.
class HostRows {
 public:
  static absl::StatusOr<HostRows> Prepare(const Database& database);

  absl::Status Put(const Host& host);
  // By id.
  absl::StatusOr<std::vector<Host>> Load();

 private:
  HostRows(ParentTable<Host> hosts, ChildTable<AgentCapability> capabilities,
           ChildTable<std::string> limitations);

  ParentTable<Host> hosts_;
  ChildTable<AgentCapability> capabilities_;
  ChildTable<std::string> limitations_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HOST_ROWS_H_
