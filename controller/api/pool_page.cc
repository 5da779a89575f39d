#include "controller/api/pool_page.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

// A pool with its utilization computed once.
struct Candidate {
  double utilization = 0;
  PoolRef ref;
};

bool ComesBefore(const Candidate& a, const Candidate& b) {
  if (a.utilization != b.utilization) return a.utilization > b.utilization;
  return NameLess(a.ref, b.ref);
}

// Where the page before ended.
class Cursor {
 public:
  static absl::StatusOr<Cursor> Parse(const std::vector<std::string>& key) {
    Cursor cursor;
    if (key.empty()) return cursor;
    uint64_t bits = 0;
    if (!absl::SimpleHexAtoi(key[0], &bits)) {
      return absl::InvalidArgumentError("page_token: not a position in a list of pools");
    }
    std::memcpy(&cursor.utilization_, &bits, sizeof(bits));
    cursor.name_ = key[1];
    cursor.is_set_ = true;
    return cursor;
  }

  bool IsAfter(const Candidate& candidate) const {
    if (!is_set_) return true;
    if (candidate.utilization != utilization_) return candidate.utilization < utilization_;
    return NameOf(candidate.ref) > name_;
  }

 private:
  bool is_set_ = false;
  double utilization_ = 0;
  std::string name_;
};

// All bits of the number, so that equal is equal again.
std::vector<std::string> KeyOf(const Candidate& candidate) {
  uint64_t bits = 0;
  std::memcpy(&bits, &candidate.utilization, sizeof(bits));
  return {absl::StrCat(absl::Hex(bits)), NameOf(candidate.ref)};
}

}  // namespace

absl::StatusOr<PoolPage> SelectPools(const std::vector<Fleet::HostPointer>& hosts,
                                     const PoolMatcher& matcher, const Page& page) {
  absl::StatusOr<Cursor> cursor = Cursor::Parse(page.after);
  if (!cursor.ok()) return cursor.status();

  std::vector<Candidate> candidates;
  for (const Fleet::HostPointer& host : hosts) {
    if (host->sample == nullptr || !matcher.MatchesHost(host->host.host_id)) continue;
    for (const NetnsSample& netns : host->sample->namespaces) {
      if (!matcher.MatchesNetns(netns)) continue;
      for (const PoolSample& pool : netns.pools) {
        if (!matcher.MatchesPool(pool)) continue;
        const Candidate candidate{pool.utilization(), {host.get(), &netns, &pool}};
        if (cursor->IsAfter(candidate)) candidates.push_back(candidate);
      }
    }
  }

  const size_t count = std::min(candidates.size(), static_cast<size_t>(page.size));
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(count),
                    candidates.end(), ComesBefore);
  PoolPage result;
  for (size_t i = 0; i < count; ++i) result.pools.push_back(candidates[i].ref);
  if (count < candidates.size()) result.last_key = KeyOf(candidates[count - 1]);
  return result;
}

}  // namespace berthmaster
