#include "controller/store/sqlite/pruner.h"

#include <optional>
#include <utility>

#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// About 10 ms of work, so that samples which wait for the writer do not notice.
constexpr int64_t kRowsMax = 5'000;
constexpr int64_t kParentsMax = 1'000;

}  // namespace

Pruner::Pruner(Statements statements) : statements_(std::move(statements)) {}

absl::StatusOr<Pruner> Pruner::Prepare(const Database& database, const Sql& sql) {
  BERTHMASTER_ASSIGN_OR_RETURN(Statement parents, database.Prepare(sql.parents));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement first_time, database.Prepare(sql.first_time));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement key_after, database.Prepare(sql.key_after));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement delete_samples, database.Prepare(sql.delete_samples));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement delete_parent, database.Prepare(sql.delete_parent));
  return Pruner({std::move(parents), std::move(first_time), std::move(key_after),
                 std::move(delete_samples), std::move(delete_parent)});
}

absl::StatusOr<std::vector<int64_t>> Pruner::NextParents() {
  std::vector<int64_t> parents;
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.parents.Select(last_parent_, kParentsMax));
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return parents;
    BERTHMASTER_RETURN_IF_ERROR(query.Read(parents.emplace_back()));
  }
}

absl::StatusOr<int64_t> Pruner::DeleteOld(int64_t parent, absl::Time oldest, int64_t count_max) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> key,
                               statements_.key_after.SelectValue<int64_t>(parent, count_max));
  BERTHMASTER_RETURN_IF_ERROR(statements_.delete_samples.Run(parent, oldest, key));
  return statements_.delete_samples.changed_count();
}

absl::StatusOr<Pruner::Step> Pruner::Run(absl::Time oldest, const IsNeeded& is_needed) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::vector<int64_t> parents, NextParents());
  Step step;
  for (int64_t parent : parents) {
    BERTHMASTER_ASSIGN_OR_RETURN(std::optional<absl::Time> first,
                                 statements_.first_time.SelectValue<absl::Time>(parent));
    if (first.has_value() && *first < oldest) {
      BERTHMASTER_ASSIGN_OR_RETURN(int64_t deleted_count,
                                   DeleteOld(parent, oldest, kRowsMax - step.deleted_count));
      step.deleted_count += deleted_count;
      // Its rest comes first in the next step.
      if (step.deleted_count >= kRowsMax) return step;
      BERTHMASTER_ASSIGN_OR_RETURN(first, statements_.first_time.SelectValue<absl::Time>(parent));
    }
    bool needed = first.has_value();
    if (!needed) {
      BERTHMASTER_ASSIGN_OR_RETURN(needed, is_needed(parent));
    }
    if (!needed) {
      BERTHMASTER_RETURN_IF_ERROR(statements_.delete_parent.Run(parent));
      if (statements_.delete_parent.changed_count() > 0) step.deleted_parents.insert(parent);
    }
    last_parent_ = parent;
  }
  if (static_cast<int64_t>(parents.size()) < kParentsMax) {
    step.swept = true;
    last_parent_ = 0;
  }
  return step;
}

}  // namespace berthmaster
