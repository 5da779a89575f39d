#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_OPEN_STORES_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_OPEN_STORES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/file/file.h"
#include "controller/store/audit_reader.h"
#include "controller/store/control_store.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// Everything that a controller keeps. The lock goes last.
struct Stores {
  UniqueFd lock;
  std::unique_ptr<ControlStore> control;
  std::unique_ptr<AuditReader> audit_reader;
  std::unique_ptr<HistoryWriter> history_writer;
  std::unique_ptr<HistoryReader> history_reader;
};

// Opens, or makes, control.db and history.db in `data_dir`, which is made with mode 0700 when it is
// missing; holds `data_dir`/lock as long as the result lives.
//
// FAILED_PRECONDITION when another controller works on the directory, or a file is of a newer
// version or another program's; PERMISSION_DENIED and the like when it cannot be written; DATA_LOSS
// when a file is damaged. The message is one sentence for a person, with the path and the next
// step.
absl::StatusOr<Stores> OpenStores(const std::string& data_dir);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_OPEN_STORES_H_
