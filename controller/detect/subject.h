#ifndef BERTHMASTER_CONTROLLER_DETECT_SUBJECT_H_
#define BERTHMASTER_CONTROLLER_DETECT_SUBJECT_H_

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "common/net/pool_key.h"

namespace berthmaster {

// What a verdict is about, among those of one host.
struct PoolOfHost {
  uint64_t netns_cookie = 0;
  PoolId pool;
  // A blocked restart, under the key of the listener that is gone.
  bool is_finding = false;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const PoolOfHost&, const PoolOfHost&) = default;

  template <typename H>
  friend H AbslHashValue(H h, const PoolOfHost& one) {
    return H::combine(std::move(h), one.netns_cookie, one.pool, one.is_finding);
  }
};

// The same in the fleet.
struct Subject {
  std::string host_id;
  PoolOfHost pool;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes a rewritten 0 for a pointer.
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_SUBJECT_H_
