#ifndef BERTHMASTER_CLI_POOL_KIND_H_
#define BERTHMASTER_CLI_POOL_KIND_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "berthmaster/v1/pool.pb.h"

namespace berthmaster {

// The kinds of pool as people write them: "connect", "time-wait-table".
std::string KindText(v1::PoolKind kind);
// Case does not matter. INVALID_ARGUMENT names all kinds there are.
absl::StatusOr<v1::PoolKind> ParsePoolKind(absl::string_view text);
// "connect, time-wait-table, bind, ..."
std::string PoolKindList();

// What such a pool holds, and how its end shows: one line. Empty for a kind of a later version.
std::string KindMeaning(v1::PoolKind kind);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_POOL_KIND_H_
