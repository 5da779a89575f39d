#ifndef BERTHMASTER_TESTS_KERNEL_NETNS_FIXTURE_H_
#define BERTHMASTER_TESTS_KERNEL_NETNS_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "common/file/file.h"

namespace berthmaster {

// A network namespace of the test's own: made, named under /run/netns so that an agent finds it,
// its loopback interface up, and removed with the object. Sockets made in it keep working after
// that, so let them go first. One thread at a time, unless said otherwise.
class ScopedNetns {
 public:
  // PERMISSION_DENIED without root: skip the test then, see kNeedsRoot.
  static absl::StatusOr<std::unique_ptr<ScopedNetns>> Make();
  ~ScopedNetns();
  ScopedNetns(const ScopedNetns&) = delete;
  ScopedNetns& operator=(const ScopedNetns&) = delete;

  // The name under /run/netns, unique on the host.
  const std::string& name() const { return name_; }
  const NetnsId& id() const { return id_; }

  // Runs `work` inside, on a thread made for it, and waits. From any thread, several at once too.
  // Aborts when the namespace cannot be entered, since nothing may run outside by mistake.
  void RunInside(absl::FunctionRef<void()> work) const;

  // Adds an address of either family to the loopback interface.
  absl::Status AddAddress(absl::string_view address);

  // Writes a sysctl after a check that the thread is in this namespace and not in the test's own.
  absl::Status SetSysctl(absl::string_view sysctl, absl::string_view value);
  absl::StatusOr<std::string> GetSysctl(absl::string_view sysctl) const;

  // Takes the name away; the namespace lives on for as long as a socket in it does. Also done by
  // the destructor.
  void RemoveName();

 private:
  ScopedNetns() = default;

  std::string name_;
  NetnsId id_;
  UniqueFd fd_;
  int address_count_ = 0;
};

// Why a test that makes a namespace is skipped: GTEST_SKIP() << kNeedsRoot.
inline constexpr char kNeedsRoot[] =
    "making a network namespace needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN)";

// Whether namespaces can be made here.
bool CanMakeNetns();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_NETNS_FIXTURE_H_
