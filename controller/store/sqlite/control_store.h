#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_STORE_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_STORE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/store/control_store.h"

namespace berthmaster {

// Control state in one SQLite file. One thread at a time, which owns the only connection; calls
// block on the disk.
class SqliteControlStore final : public ControlStore {
 public:
  // Errors are those of OpenWithSchema.
  static absl::StatusOr<std::unique_ptr<SqliteControlStore>> Open(const std::string& path);
  ~SqliteControlStore() override;

  absl::StatusOr<ControlState> Load() override;
  absl::Status Commit(const ControlState& changed) override;

 private:
  struct Tables;
  explicit SqliteControlStore(std::unique_ptr<Tables> tables);

  std::unique_ptr<Tables> tables_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_STORE_H_
