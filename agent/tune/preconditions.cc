#include "agent/tune/preconditions.h"

#include <optional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/tune/refusal.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/release.h"

namespace berthmaster {
namespace {

constexpr int kPortMax = 65535;
// The first of the ports that are in the way; a list of thousands helps nobody.
constexpr size_t kNamedPortsMax = 10;

absl::Status Untold(absl::string_view what, const absl::Status& why) {
  return Refuse("SURROUNDINGS_UNREADABLE",
                absl::StrCat(what,
                             " cannot be read now, so nobody can say that the change is "
                             "safe; nothing was written: ",
                             why.message()));
}

}  // namespace

// The ports that connect() and bind(0) choose from.
struct Preconditions::PortSpace {
  PortRange range;
  PortSet reserved;

  bool Offers(int port) const { return range.Contains(port) && !reserved.Contains(port); }
  bool is_empty() const { return reserved.CountIn(range) == range.size(); }
};

absl::Status Preconditions::Check(const DesiredChange& change, absl::string_view current) {
  const std::string& sysctl = change.change.sysctl;
  const std::string& desired = change.change.desired_value;
  BERTHMASTER_RETURN_IF_ERROR(CheckKernel(sysctl));
  if (sysctl == kTimeWaitReuseSysctl) {
    return CheckTimestamps({change.netns_cookie, change.netns_inode}, desired);
  }
  if (sysctl == kPortRangeSysctl || sysctl == kReservedPortsSysctl) {
    return CheckPorts(change, current);
  }
  int64_t before = 0;
  int64_t after = 0;
  if (sysctl != kTimeWaitBucketsSysctl) return absl::OkStatus();
  if (absl::SimpleAtoi(current, &before) && absl::SimpleAtoi(desired, &after) && after >= before) {
    return absl::OkStatus();
  }
  return Refuse("WOULD_LOWER",
                absl::StrCat(sysctl, " is '", current, "' and would be lowered to '", desired,
                             "': sockets would close without TIME_WAIT and late segments meet "
                             "another connection; it is only ever raised"));
}

absl::Status Preconditions::CheckKernel(absl::string_view sysctl) const {
  const Tunable* tunable = FindTunable(sysctl);
  const std::optional<Release> running = ParseRelease(kernel_release_);
  if (tunable == nullptr || !running.has_value()) {
    return Untold("the kernel's release",
                  absl::UnknownError(absl::StrCat("it says '", kernel_release_, "'")));
  }
  const std::optional<Release> since = ParseRelease(tunable->since_kernel);
  if (!since.has_value() || *running >= *since) return absl::OkStatus();
  return Refuse("KERNEL_TOO_OLD",
                absl::StrCat("Linux ", kernel_release_, " has ", sysctl,
                             tunable->is_new_since ? " not at all" : " only once for the host",
                             "; each namespace has its own since ", since->ToString(),
                             ", so upgrade the kernel or leave this host out"));
}

absl::StatusOr<std::string> Preconditions::ReadOther(const NetnsId& netns,
                                                     absl::string_view sysctl) {
  absl::StatusOr<std::string> value = sysctls_.Read(netns, sysctl);
  return value.ok() ? value : Untold(sysctl, value.status());
}

absl::Status Preconditions::CheckTimestamps(const NetnsId& netns, absl::string_view desired) {
  int64_t mode = 0;
  if (absl::SimpleAtoi(desired, &mode) && mode == 0) return absl::OkStatus();
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string timestamps, ReadOther(netns, kTimestampsSysctl));
  if (timestamps != "0") return absl::OkStatus();
  return Refuse("TIMESTAMPS_OFF",
                absl::StrCat(kTimestampsSysctl, " is 0 in netns ", netns.cookie,
                             ", and without "
                             "timestamps the kernel reuses no TIME_WAIT whatever ",
                             kTimeWaitReuseSysctl, " says; set it to 1 there first"));
}

absl::Status Preconditions::CheckPorts(const DesiredChange& change, absl::string_view current) {
  const NetnsId netns = {change.netns_cookie, change.netns_inode};
  const bool is_range = change.change.sysctl == kPortRangeSysctl;
  BERTHMASTER_ASSIGN_OR_RETURN(
      const std::string other,
      ReadOther(netns, is_range ? kReservedPortsSysctl : kPortRangeSysctl));
  const absl::StatusOr<PortRange> range = ParsePortRange(is_range ? current : other);
  if (!range.ok()) return Untold(kPortRangeSysctl, range.status());
  const absl::StatusOr<PortSet> reserved = ParsePortSet(is_range ? other : current);
  if (!reserved.ok()) return Untold(kReservedPortsSysctl, reserved.status());
  const PortSpace before = {*range, *reserved};
  PortSpace after = before;
  const std::string& desired = change.change.desired_value;
  if (is_range) {
    BERTHMASTER_ASSIGN_OR_RETURN(after.range, ParsePortRange(desired));
    BERTHMASTER_RETURN_IF_ERROR(CheckUnprivilegedStart(netns, after.range));
  } else {
    BERTHMASTER_ASSIGN_OR_RETURN(after.reserved, ParsePortSet(desired));
  }
  if (after.is_empty()) {
    return Refuse("NO_PORT_LEFT",
                  absl::StrCat("the range ", is_range ? desired : other,
                               " without the reserved ports '", is_range ? other : desired,
                               "' would leave no port for connect(); choose a wider range, or "
                               "reserve less"));
  }
  return CheckHeld(netns, before, after);
}

absl::Status Preconditions::CheckUnprivilegedStart(const NetnsId& netns, PortRange range) {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string text,
                               ReadOther(netns, kUnprivilegedPortStartSysctl));
  int start = 0;
  if (!absl::SimpleAtoi(text, &start) || range.low >= start) return absl::OkStatus();
  return Refuse("BELOW_UNPRIVILEGED_START",
                absl::StrCat("the range '", range.low, " ", range.high, "' begins below ",
                             kUnprivilegedPortStartSysctl, " = ", start,
                             ", which the kernel refuses; begin at ", start, " or above"));
}

absl::Status Preconditions::CheckHeld(const NetnsId& netns, const PortSpace& before,
                                      const PortSpace& after) {
  absl::StatusOr<HeldPorts> held = absl::UnimplementedError("there is no reader for them");
  if (held_ports_ != nullptr) held = held_ports_->Read(netns);
  if (!held.ok()) return Untold("which ports are listened on", held.status());
  std::vector<std::string> in_the_way;
  for (int port = 0; port <= kPortMax; ++port) {
    if (!after.Offers(port) || before.Offers(port)) continue;
    if (held->tcp.Contains(port)) in_the_way.push_back(absl::StrCat("tcp ", port));
    if (held->udp.Contains(port)) in_the_way.push_back(absl::StrCat("udp ", port));
  }
  if (in_the_way.empty()) return absl::OkStatus();
  const size_t count = in_the_way.size();
  if (count > kNamedPortsMax) in_the_way.resize(kNamedPortsMax);
  return Refuse(
      "LISTENER_IN_RANGE",
      absl::StrCat(
          "connect() and bind(0) in netns ", netns.cookie,
          " would begin to take ports "
          "that are listened on or bound there now: ",
          absl::StrJoin(in_the_way, ", "),
          count > kNamedPortsMax ? absl::StrCat(" and ", count - kNamedPortsMax, " more") : "",
          "; have ", kReservedPortsSysctl,
          " name them first, or choose a range without "
          "them"));
}

}  // namespace berthmaster
