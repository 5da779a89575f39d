#ifndef BERTHMASTER_TESTS_CIRCLE_NAMED_NETNS_H_
#define BERTHMASTER_TESTS_CIRCLE_NAMED_NETNS_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/process/child_process.h"

namespace berthmaster {

// A namespace under /run/netns as `ip netns add` makes it, with lo up and 10.9.0.1 to 10.9.0.4 on
// it (not 127/8, where TIME_WAIT is reusable by default). Deleted with the object.
class NamedNetns {
 public:
  // `suffix` tells the namespaces of one test apart; the name is unique to this process.
  explicit NamedNetns(absl::string_view suffix);
  ~NamedNetns();
  NamedNetns(const NamedNetns&) = delete;
  NamedNetns& operator=(const NamedNetns&) = delete;

  const std::string& name() const { return name_; }
  ino_t inode() const { return inode_; }

  // The value without the new line at its end.
  std::string ReadSysctl(absl::string_view sysctl) const;
  // Writes only after a look at the inode of the namespace that the writing thread is really in.
  void WriteSysctl(absl::string_view sysctl, absl::string_view value) const;
  // Starts a program in the namespace.
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> command) const;
  // Runs `work` on a thread of its own inside the namespace.
  void RunInside(const std::function<void()>& work) const;

 private:
  std::string name_;
  ino_t inode_ = 0;
};

// A sysctl of the namespace that the test itself is in.
std::string ReadOwnSysctl(absl::string_view sysctl);

// Why these tests cannot run here; empty when they can.
std::string WhyNoNamespaces();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CIRCLE_NAMED_NETNS_H_
