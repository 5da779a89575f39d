#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_SCHEMA_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_SCHEMA_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// What a file of ours is, and how it came to be.
struct Schema {
  // PRAGMA application_id, so that another program's file is never taken for ours.
  int32_t application_id = 0;
  // migrations[i] leads from version i to version i + 1. What was released is never edited: a
  // change of the schema is one more entry.
  absl::Span<const SqlText> migrations;
  // Whether opening reads the whole file for damage: for what is small and must not be lost.
  bool check_whole_file = false;

  int version() const { return static_cast<int>(migrations.size()); }
};

// Opens the file at `path` for writing, makes it when it is missing, and brings it to the newest
// version, each step in one transaction. WAL, synchronous=FULL: a commit survives a power cut.
//
// FAILED_PRECONDITION for a file of a newer version or of another program, which is left as it is;
// DATA_LOSS for a damaged one; otherwise the errors of SqliteStatus.
absl::StatusOr<Database> OpenWithSchema(const std::string& path, const Schema& schema);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_SCHEMA_H_
