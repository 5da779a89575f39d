#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_PARENT_TABLE_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_PARENT_TABLE_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/columns.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// A table with one row per resource.
//   replace  INSERT OR REPLACE INTO ... VALUES (columns...), which drops the children of a row that
//            was there (ON DELETE CASCADE)
//   select   SELECT columns..., with the parameters given to Load
template <typename Row>
class ParentTable {
 public:
  static absl::StatusOr<ParentTable> Prepare(const Database& database, SqlText replace,
                                             SqlText select) {
    BERTHMASTER_ASSIGN_OR_RETURN(Statement prepared_replace, database.Prepare(replace));
    BERTHMASTER_ASSIGN_OR_RETURN(Statement prepared_select, database.Prepare(select));
    return ParentTable(std::move(prepared_replace), std::move(prepared_select));
  }

  absl::Status Replace(const Row& row) {
    return WithColumns(row, [this](const auto&... columns) { return replace_.Run(columns...); });
  }

  template <typename... Parameters>
  absl::StatusOr<std::vector<Row>> Load(const Parameters&... parameters) {
    std::vector<Row> rows;
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, select_.Select(parameters...));
    while (true) {
      BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
      if (!found) return rows;
      BERTHMASTER_RETURN_IF_ERROR(WithColumns(
          rows.emplace_back(), [&query](auto&... columns) { return query.Read(columns...); }));
    }
  }

 private:
  ParentTable(Statement replace, Statement select)
      : replace_(std::move(replace)), select_(std::move(select)) {}

  Statement replace_;
  Statement select_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_PARENT_TABLE_H_
