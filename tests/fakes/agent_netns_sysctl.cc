#include "tests/fakes/agent_netns_sysctl.h"

#include "absl/strings/str_cat.h"
#include "common/net/port_range.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

std::string AsTheKernelPrints(absl::string_view sysctl, absl::string_view value) {
  if (sysctl == kReservedPortsSysctl) {
    absl::StatusOr<PortSet> ports = ParsePortSet(value);
    if (ports.ok()) return ports->ToSysctl();
  }
  return NormalizeSysctlValue(value);
}

}  // namespace

absl::StatusOr<std::string> FakeNetnsSysctl::Read(const NetnsId& netns, absl::string_view sysctl) {
  absl::MutexLock lock(&mutex_);
  if (!read_error_.ok()) return read_error_;
  auto found = namespaces_.find(netns.inode);
  if (found == namespaces_.end() || found->second.first != netns.cookie) {
    return absl::NotFoundError(absl::StrCat("network namespace ", netns.inode, " is gone"));
  }
  auto value = found->second.second.find(std::string(sysctl));
  if (value == found->second.second.end()) {
    return absl::UnimplementedError(absl::StrCat("this kernel has no ", sysctl));
  }
  return value->second;
}

absl::Status FakeNetnsSysctl::Write(const NetnsId& netns, absl::string_view sysctl,
                                    absl::string_view value) {
  absl::MutexLock lock(&mutex_);
  if (!write_error_.ok()) return write_error_;
  auto found = namespaces_.find(netns.inode);
  if (found == namespaces_.end() || found->second.first != netns.cookie) {
    return absl::FailedPreconditionError("another namespace is in its place");
  }
  ++write_count_;
  bool is_twisted = twisted_count_ > 0;
  if (is_twisted) --twisted_count_;
  found->second.second[std::string(sysctl)] =
      AsTheKernelPrints(sysctl, is_twisted ? twisted_value_ : value);
  return absl::OkStatus();
}

void FakeNetnsSysctl::Set(const NetnsId& netns, absl::string_view sysctl, absl::string_view value) {
  absl::MutexLock lock(&mutex_);
  namespaces_[netns.inode].first = netns.cookie;
  namespaces_[netns.inode].second[std::string(sysctl)] = AsTheKernelPrints(sysctl, value);
}

std::string FakeNetnsSysctl::Get(const NetnsId& netns, absl::string_view sysctl) const {
  absl::MutexLock lock(&mutex_);
  auto found = namespaces_.find(netns.inode);
  if (found == namespaces_.end()) return "gone";
  auto value = found->second.second.find(std::string(sysctl));
  return value == found->second.second.end() ? "gone" : value->second;
}

void FakeNetnsSysctl::Forget(const NetnsId& netns, absl::string_view sysctl) {
  absl::MutexLock lock(&mutex_);
  namespaces_[netns.inode].second.erase(std::string(sysctl));
}

void FakeNetnsSysctl::Remove(const NetnsId& netns) {
  absl::MutexLock lock(&mutex_);
  namespaces_.erase(netns.inode);
}

void FakeNetnsSysctl::FailReads(absl::Status error) {
  absl::MutexLock lock(&mutex_);
  read_error_ = std::move(error);
}

void FakeNetnsSysctl::FailWrites(absl::Status error) {
  absl::MutexLock lock(&mutex_);
  write_error_ = std::move(error);
}

void FakeNetnsSysctl::TwistWrites(absl::string_view value, int count) {
  absl::MutexLock lock(&mutex_);
  twisted_value_ = std::string(value);
  twisted_count_ = count;
}

int FakeNetnsSysctl::write_count() const {
  absl::MutexLock lock(&mutex_);
  return write_count_;
}

}  // namespace berthmaster
