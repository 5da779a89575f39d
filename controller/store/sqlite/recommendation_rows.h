#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_RECOMMENDATION_ROWS_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_RECOMMENDATION_ROWS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/protocol/desired_state.h"
#include "controller/model/recommendation.h"
#include "controller/store/sqlite/child_table.h"
#include "controller/store/sqlite/parent_table.h"

namespace berthmaster {

// Recommendations with all that belongs to them. The database must outlive it.
class RecommendationRows {
 public:
  static absl::StatusOr<RecommendationRows> Prepare(const Database& database);

  absl::Status Put(const Recommendation& recommendation);
  // The proposed ones and the newest `ended_max` of the others, oldest first.
  absl::StatusOr<std::vector<Recommendation>> Load(int ended_max);

 private:
  struct Children {
    ChildTable<SysctlChange> changes;
    ChildTable<Evidence> evidence;
    ChildTable<std::string> caveats;
    ChildTable<std::string> preconditions;
    ChildTable<DurableForm> durable_forms;
    ChildTable<Snippet> snippets;
    ChildTable<TopologyAdvice> topology;
    ChildTable<PoolingAdvice> pooling;
    ChildTable<Decision> decision;
    ChildTable<Decision> approvals;
    ChildTable<WaveSize> waves;
  };
  static absl::StatusOr<Children> PrepareChildren(const Database& database);

  RecommendationRows(ParentTable<Recommendation> recommendations, Children children);

  ParentTable<Recommendation> recommendations_;
  Children children_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_RECOMMENDATION_ROWS_H_
