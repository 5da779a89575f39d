#include "tests/simulation/sim_kernel.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster::simulation {
namespace {

constexpr uint64_t kInodeBase = 4026532000;
// A namespace that gets worse by a change resets so many connections a second from then on.
constexpr int kResetsPerSecond = 50;

const std::map<std::string, std::string>& BootValues() {
  static const auto* values =
      new std::map<std::string, std::string>{{std::string(kPortRangeSysctl), "45000 60999"},
                                             {std::string(kReservedPortsSysctl), ""},
                                             {std::string(kUnprivilegedPortStartSysctl), "1024"},
                                             {std::string(kTimeWaitReuseSysctl), "2"},
                                             {std::string(kTimeWaitBucketsSysctl), "131072"},
                                             {std::string(kTimestampsSysctl), "1"},
                                             {std::string(kFinTimeoutSysctl), "60"}};
  return *values;
}

}  // namespace

SimKernel::SimKernel(std::string host_id, Oracle* oracle, Dice* dice)
    : host_id_(std::move(host_id)), oracle_(oracle), dice_(dice) {}

const std::vector<std::string>& SimKernel::Changed() {
  static const auto* changed = new std::vector<std::string>{std::string(kPortRangeSysctl),
                                                            std::string(kTimeWaitBucketsSysctl)};
  return *changed;
}

void SimKernel::MayCrash() {
  if (crash_after_ == 0 || --crash_after_ > 0) return;
  throw AgentCrash();
}

absl::StatusOr<std::string> SimKernel::Read(const NetnsId& netns, absl::string_view sysctl) {
  MayCrash();
  return kernel_.Read(netns, sysctl);
}

absl::Status SimKernel::Write(const NetnsId& netns, absl::string_view sysctl,
                              absl::string_view value) {
  MayCrash();
  const std::string current = kernel_.Get(netns, sysctl);
  absl::Status written = kernel_.Write(netns, sysctl, value);
  if (written.ok()) {
    oracle_->OnAgentWrite({host_id_, netns, std::string(sysctl)}, current, std::string(value));
  }
  MayCrash();
  return written;
}

void SimKernel::Boot() {
  for (const NetnsId& netns : std::exchange(netns_, {})) {
    kernel_.Remove(netns);
    oracle_->OnNetnsGone(host_id_, netns);
  }
  const int count = dice_->Between(1, 3);
  for (int i = 0; i < count; ++i) AddNetns();
}

void SimKernel::AddNetns() {
  const uint64_t cookie = next_cookie_++;
  // Inodes are used again, cookies are not.
  const NetnsId netns{cookie, kInodeBase + cookie % 4};
  const bool taken = std::any_of(netns_.begin(), netns_.end(),
                                 [&](const NetnsId& other) { return other.inode == netns.inode; });
  if (taken) return;
  netns_.push_back(netns);
  for (const auto& [sysctl, value] : BootValues()) {
    kernel_.Set(netns, sysctl, value);
    oracle_->OnBoot({host_id_, netns, sysctl}, value);
  }
}

void SimKernel::RemoveNetns(const NetnsId& netns) {
  kernel_.Remove(netns);
  oracle_->OnNetnsGone(host_id_, netns);
  std::erase(netns_, netns);
}

void SimKernel::WriteAsAdministrator(const NetnsId& netns, const std::string& sysctl,
                                     const std::string& value) {
  kernel_.Set(netns, sysctl, value);
  oracle_->OnAdministrator({host_id_, netns, sysctl}, value);
}

NetnsSample SimKernel::Sample(const NetnsId& netns, absl::Duration interval) const {
  NetnsSample sample;
  sample.cookie = netns.cookie;
  sample.inode = netns.inode;
  sample.label = absl::StrCat("pod-", netns.cookie);
  // A third of all namespaces belongs to each tier; one of twenty gets worse by any change.
  sample.labels = {{"tier", absl::StrCat(netns.cookie % 3)}};
  const bool is_frail = (netns.cookie + host_id_.size()) % 20 == 7;
  for (const auto& [sysctl, value] : BootValues()) {
    sample.sysctls[sysctl] = kernel_.Get(netns, sysctl);
    if (is_frail && sample.sysctls[sysctl] != value) {
      sample.counters["Tcp.OutRsts"] =
          kResetsPerSecond * absl::ToInt64Seconds(std::max(interval, absl::Seconds(1)));
    }
  }
  if (interval > absl::ZeroDuration()) sample.sample_interval = interval;
  return sample;
}

}  // namespace berthmaster::simulation
