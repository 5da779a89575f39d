#ifndef BERTHMASTER_AGENT_TUNE_ALLOW_LIST_H_
#define BERTHMASTER_AGENT_TUNE_ALLOW_LIST_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/net/port_range.h"

namespace berthmaster {

struct Tunable;

// What this host lets a controller set, each sysctl within bounds of the host's own. Immutable.
//
// An entry is a name, which allows what the catalogue allows, or NAME=BOUNDS with narrower bounds:
//   net.ipv4.tcp_fin_timeout=30..60                    an integer from 30 to 60
//   net.ipv4.ip_local_port_range=15000..65000          a range that stays within these ports
//   net.ipv4.ip_local_reserved_ports=8080+30000..32767 ports that may be on the list
class AllowList {
 public:
  // What the catalogue allows by default.
  AllowList();

  // INVALID_ARGUMENT names the entry and what is allowed: a sysctl that Berthmaster does not write,
  // bounds that are none or leave the catalogue's, a sysctl that is there twice.
  static absl::StatusOr<AllowList> Parse(const std::vector<std::string>& entries);

  // Whether `sysctl` may be set to `value`, which has passed CheckWritable(). Refused as
  // SYSCTL_NOT_ALLOWED or VALUE_OUT_OF_BOUNDS.
  absl::Status Check(absl::string_view sysctl, absl::string_view value) const;

  // By name.
  std::vector<std::string> sysctls() const;

 private:
  struct Bounds {
    // Of the catalogue, which lives for ever.
    const Tunable* tunable = nullptr;
    // Inclusive: of an integer, or of the ports of a range.
    int64_t min = 0;
    int64_t max = 0;
    // Of a port list.
    PortSet ports;
    // As they were given, or the catalogue's.
    std::string text;
  };
  using BoundsBySysctl = std::map<std::string, Bounds, std::less<>>;

  explicit AllowList(BoundsBySysctl bounds) : bounds_(std::move(bounds)) {}
  static Bounds CatalogueBounds(const Tunable& tunable);
  static absl::Status Narrow(absl::string_view text, Bounds& bounds);
  static bool IsWithin(const Bounds& bounds, absl::string_view value);

  BoundsBySysctl bounds_;
};

// The names of the sysctls that are allowed by default, for the configuration's table.
std::vector<std::string> DefaultAllowedSysctls();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_ALLOW_LIST_H_
