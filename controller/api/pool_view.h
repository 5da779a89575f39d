#ifndef BERTHMASTER_CONTROLLER_API_POOL_VIEW_H_
#define BERTHMASTER_CONTROLLER_API_POOL_VIEW_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "berthmaster/v1/pool.pb.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// A pool of a host's newest sample. Valid for as long as the HostView it points into.
struct PoolRef {
  const HostView* host = nullptr;
  const NetnsSample* netns = nullptr;
  const PoolSample* pool = nullptr;
};

// The pool with its forecast, made at this moment from the sample and what is known of its load.
v1::Pool ToProto(const PoolRef& ref, bool with_curve);

std::string NameOf(const PoolRef& ref);

// Whether the name of `a` sorts before that of `b`, mostly without making the names.
bool NameLess(const PoolRef& a, const PoolRef& b);
// The same for the names of hosts as prefixes of longer names: "hosts/a-b/" < "hosts/a/".
bool HostPrefixLess(absl::string_view host_id_a, absl::string_view host_id_b);

// The namespace of the cookie in the host's newest sample; null when it is not there.
const NetnsSample* FindNetns(const HostView& host, uint64_t netns_cookie);
// The pool with the last part `pool_id` in its name; null when it is not there.
const PoolSample* FindPool(const NetnsSample& netns, absl::string_view pool_id);

// A PoolFilter, parsed.
class PoolMatcher {
 public:
  // INVALID_ARGUMENT names the field that does not parse.
  static absl::StatusOr<PoolMatcher> Parse(const v1::PoolFilter& filter);

  // The one host that can match; nothing when every host can.
  const std::optional<std::string>& host_id() const { return host_id_; }
  bool MatchesHost(absl::string_view host_id) const { return !host_id_ || *host_id_ == host_id; }
  bool MatchesNetns(const NetnsSample& netns) const {
    return !netns_cookie_ || *netns_cookie_ == netns.cookie;
  }
  // Of a namespace that matches.
  bool MatchesPool(const PoolSample& pool) const;

 private:
  std::optional<std::string> host_id_;
  std::optional<uint64_t> netns_cookie_;
  std::optional<IpAddress> destination_;
  uint16_t destination_port_ = 0;
  std::optional<PoolKind> kind_;
  double utilization_min_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_POOL_VIEW_H_
