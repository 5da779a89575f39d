#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_WISH_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_WISH_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/sample.h"
#include "common/sysctl/advice.h"
#include "controller/recommend/pool_change.h"

namespace berthmaster {

// What is to be said of one setting that somebody wants.
struct SettingAdvice {
  // A sysctl or a socket option, as the catalogue spells it.
  std::string setting;
  std::string value;
  Advice advice;
  friend bool operator==(const SettingAdvice&, const SettingAdvice&) = default;
};

// Wishes, answered.
struct WishAnswer {
  // What they come to for the pool; without those that change nothing in it.
  PoolChange change;
  // The worst first of each setting. Any error is the reason to refuse that wish.
  std::vector<SettingAdvice> advice;
};

// What there is to say of `value` for `setting` (a sysctl, or a socket option such as SO_LINGER) in
// `netns`, wanted against what fills `pool`: JudgeSetting with all that the sample knows. Against
// ports that run out what cannot free one is an error; tcp_fin_timeout is not where FIN_WAIT_2 is
// what fills the pool. Pure.
std::vector<SettingAdvice> AnswerWish(const NetnsSample& netns, const PoolSample& pool,
                                      absl::string_view setting, absl::string_view value);

// All of `settings`, by name. INVALID_ARGUMENT with reason WHAT_IF_INVALID for a setting that
// Berthmaster does not know and for a value that is none; a value that is only bad advice is
// answered, not refused. Pure.
absl::StatusOr<WishAnswer> TakeWishes(const NetnsSample& netns, const PoolSample& pool,
                                      const std::map<std::string, std::string>& settings);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_WISH_H_
