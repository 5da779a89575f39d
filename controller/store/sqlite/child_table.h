#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_CHILD_TABLE_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_CHILD_TABLE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/annotate.h"
#include "controller/store/sqlite/columns.h"
#include "controller/store/sqlite/database.h"

namespace berthmaster {

// A table whose rows are the elements of one vector of a parent, in order. The parent's key comes
// first in both statements:
//   insert  INSERT INTO ... VALUES (parent..., position, columns...)
//   select  SELECT columns... WHERE parent = ? ... ORDER BY position
template <typename Row>
class ChildTable {
 public:
  static absl::StatusOr<ChildTable> Prepare(const Database& database, SqlText insert,
                                            SqlText select) {
    BERTHMASTER_ASSIGN_OR_RETURN(Statement prepared_insert, database.Prepare(insert));
    BERTHMASTER_ASSIGN_OR_RETURN(Statement prepared_select, database.Prepare(select));
    return ChildTable(std::move(prepared_insert), std::move(prepared_select));
  }

  // The parent is new or was replaced, which took its old children with it.
  template <typename... Parent>
  absl::Status Insert(const std::vector<Row>& rows, const Parent&... parent) {
    int64_t position = 0;
    for (const Row& row : rows) {
      BERTHMASTER_RETURN_IF_ERROR(WithColumns(row, [&](const auto&... columns) {
        return insert_.Run(parent..., position, columns...);
      }));
      ++position;
    }
    return absl::OkStatus();
  }
  template <typename... Parent>
  absl::Status Insert(const std::optional<Row>& row, const Parent&... parent) {
    if (!row.has_value()) return absl::OkStatus();
    return Insert(std::vector<Row>{*row}, parent...);
  }

  template <typename... Parent>
  absl::Status Load(std::vector<Row>& rows, const Parent&... parent) {
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, select_.Select(parent...));
    while (true) {
      BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
      if (!found) return absl::OkStatus();
      BERTHMASTER_RETURN_IF_ERROR(WithColumns(
          rows.emplace_back(), [&](auto&... columns) { return query.Read(columns...); }));
    }
  }
  template <typename... Parent>
  absl::Status Load(std::optional<Row>& row, const Parent&... parent) {
    std::vector<Row> rows;
    BERTHMASTER_RETURN_IF_ERROR(Load(rows, parent...));
    if (!rows.empty()) row = std::move(rows.front());
    return absl::OkStatus();
  }

 private:
  ChildTable(Statement insert, Statement select)
      : insert_(std::move(insert)), select_(std::move(select)) {}

  Statement insert_;
  Statement select_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_CHILD_TABLE_H_
