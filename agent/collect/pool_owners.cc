#include "agent/collect/pool_owners.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace berthmaster {
namespace {

// A maker while sockets are given out.
struct Claim {
  PoolOwner owner;
  // What it made and has not got yet.
  int64_t rest = 0;
  // Whether it got something.
  bool is_met = false;
};

std::vector<Claim> ToClaims(std::vector<PoolMaker> makers) {
  // For a result that does not hang on the order they came in.
  std::sort(makers.begin(), makers.end(), [](const PoolMaker& a, const PoolMaker& b) {
    return std::tie(a.process, a.cgroup, b.time_wait, a.pid) <
           std::tie(b.process, b.cgroup, a.time_wait, b.pid);
  });
  std::vector<Claim> claims;
  for (PoolMaker& maker : makers) {
    // Cgroups that are gone have different ids, but no path.
    if (!claims.empty() && claims.back().owner.process == maker.process &&
        claims.back().owner.cgroup == maker.cgroup) {
      claims.back().rest += maker.time_wait;
      continue;
    }
    claims.push_back(
        {{std::move(maker.process), maker.pid, std::move(maker.cgroup), 0}, maker.time_wait});
  }
  return claims;
}

// The maker that this owner is one of; null when it is of none.
Claim* FindClaim(const PoolOwner& owner, std::vector<Claim>& claims) {
  if (owner.process.empty()) return nullptr;
  Claim* by_name = nullptr;
  for (Claim& claim : claims) {
    if (claim.owner.process != owner.process) continue;
    if (claim.owner.cgroup == owner.cgroup) return &claim;
    const bool is_cgroup_open = claim.owner.cgroup.empty() || claim.owner.cgroup == "/";
    if (is_cgroup_open || claim.owner.pid == owner.pid) by_name = &claim;
  }
  return by_name;
}

// Gives `count` sockets to `claims` in proportion to what each has left, by the largest remainder.
// Returns how many were given.
int32_t Give(int32_t count, const std::vector<Claim*>& claims) {
  const int64_t rest_sum =
      std::accumulate(claims.begin(), claims.end(), int64_t{0},
                      [](int64_t sum, const Claim* claim) { return sum + claim->rest; });
  const int64_t given_sum = std::min<int64_t>(count, rest_sum);
  if (given_sum <= 0) return 0;
  struct Share {
    Claim* claim;
    int64_t given;
    int64_t remainder;
  };
  std::vector<Share> shares;
  int64_t left = given_sum;
  for (Claim* claim : claims) {
    const int64_t product = given_sum * claim->rest;
    shares.push_back({claim, product / rest_sum, product % rest_sum});
    left -= shares.back().given;
  }
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return a.remainder > b.remainder; });
  for (Share& share : shares) {
    // Nobody without a remainder is among the first `left`.
    if (left > 0) {
      ++share.given;
      --left;
    }
    share.claim->owner.sockets += static_cast<int32_t>(share.given);
    share.claim->rest -= share.given;
    share.claim->is_met |= share.given > 0;
  }
  return static_cast<int32_t>(given_sum);
}

// What the makers were seen with is no longer theirs to claim.
void TakeOffSeen(const std::vector<SeenOwner>& seen, std::vector<Claim>& claims) {
  for (const SeenOwner& owner : seen) {
    Claim* claim = FindClaim(owner.owner, claims);
    if (claim != nullptr) claim->rest = std::max<int64_t>(0, claim->rest - owner.time_wait);
  }
}

void GiveOfCgroups(std::vector<SeenOwner>& seen, std::vector<Claim>& claims) {
  for (SeenOwner& owner : seen) {
    if (!owner.owner.process.empty()) continue;
    std::vector<Claim*> inside;
    for (Claim& claim : claims) {
      if (claim.owner.cgroup == owner.owner.cgroup) inside.push_back(&claim);
    }
    owner.owner.sockets -= Give(owner.time_wait, inside);
  }
}

void GiveUnseen(int32_t count, std::vector<Claim>& claims) {
  std::vector<Claim*> all;
  all.reserve(claims.size());
  for (Claim& claim : claims) all.push_back(&claim);
  Give(count, all);
}

}  // namespace

std::vector<PoolOwner> ComposeOwners(SeenOwners seen, std::vector<PoolMaker> makers) {
  // A maker whose cgroup is not known takes that of the largest.
  std::stable_sort(seen.owners.begin(), seen.owners.end(),
                   [](const auto& a, const auto& b) { return a.owner.sockets > b.owner.sockets; });
  std::vector<Claim> claims = ToClaims(std::move(makers));
  TakeOffSeen(seen.owners, claims);
  GiveOfCgroups(seen.owners, claims);
  GiveUnseen(seen.unseen_time_wait, claims);

  std::vector<PoolOwner> owners;
  for (SeenOwner& owner : seen.owners) {
    Claim* claim = FindClaim(owner.owner, claims);
    if (claim != nullptr && claim->is_met) {
      claim->owner.sockets += owner.owner.sockets;
      // /proc also knows the hierarchies of v1.
      claim->owner.cgroup = owner.owner.cgroup;
    } else if (owner.owner.sockets > 0) {
      owners.push_back(std::move(owner.owner));
    }
  }
  for (Claim& claim : claims) {
    if (claim.is_met) owners.push_back(std::move(claim.owner));
  }
  std::sort(owners.begin(), owners.end(), [](const PoolOwner& a, const PoolOwner& b) {
    return std::tie(b.sockets, a.process, a.pid, a.cgroup) <
           std::tie(a.sockets, b.process, b.pid, b.cgroup);
  });
  if (owners.size() > kOwnersPerPoolMax) owners.resize(kOwnersPerPoolMax);
  return owners;
}

}  // namespace berthmaster
