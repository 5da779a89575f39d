#ifndef BERTHMASTER_TESTS_FAKES_AGENT_NETNS_SYSCTL_H_
#define BERTHMASTER_TESTS_FAKES_AGENT_NETNS_SYSCTL_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "agent/kernel/netns/netns_sysctl.h"

namespace berthmaster {

// The sysctls of namespaces in memory. Fails as the real one: a namespace that was never set is
// NOT_FOUND, a wrong cookie too for reads and FAILED_PRECONDITION for writes, a sysctl that was
// never set UNIMPLEMENTED.
// Port lists are printed as the kernel prints them. Any thread.
class FakeNetnsSysctl final : public NetnsSysctl {
 public:
  absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) override;
  absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                     absl::string_view value) override;

  // As an administrator would.
  void Set(const NetnsId& netns, absl::string_view sysctl, absl::string_view value);
  // The value, or "gone".
  std::string Get(const NetnsId& netns, absl::string_view sysctl) const;
  // The kernel has the sysctl no longer, as when a module is unloaded.
  void Forget(const NetnsId& netns, absl::string_view sysctl);
  // The namespace ends.
  void Remove(const NetnsId& netns);

  // The next calls fail so, until OkStatus() is given. Nothing is written by a write that fails.
  void FailReads(absl::Status error);
  void FailWrites(absl::Status error);
  // The next writes succeed but leave this value instead, `count` times.
  void TwistWrites(absl::string_view value, int count);

  // Writes that were let through.
  int write_count() const;

 private:
  using Values = std::map<std::string, std::string>;

  mutable absl::Mutex mutex_;
  // By inode: the cookie and the values.
  std::map<uint64_t, std::pair<uint64_t, Values>> namespaces_ ABSL_GUARDED_BY(mutex_);
  absl::Status read_error_ ABSL_GUARDED_BY(mutex_);
  absl::Status write_error_ ABSL_GUARDED_BY(mutex_);
  std::string twisted_value_ ABSL_GUARDED_BY(mutex_);
  int twisted_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int write_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FAKES_AGENT_NETNS_SYSCTL_H_
