#ifndef BERTHMASTER_TESTS_KERNEL_SHORT_CLIENT_H_
#define BERTHMASTER_TESTS_KERNEL_SHORT_CLIENT_H_

#include <sys/types.h>

#include <string>

#include "common/file/file.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/scoped_cgroup.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {

struct ShortClientOptions {
  // The name that the process takes.
  std::string process;
  // Where it moves to; null for nowhere.
  const ScopedCgroup* cgroup = nullptr;
  ConnectOptions connect;
  // Connections that are to end in TIME_WAIT.
  int count = 0;
  // Makes each of them in a process that is forked for it.
  bool forks = false;
};

// A process of its own that opens connections one after the other and closes each first. Make it
// while the test's process has one thread, since it is forked then; it waits for Run(). Of several,
// those made last have to go first.
class ShortClient {
 public:
  ShortClient(const ScopedNetns& netns, const ShortClientOptions& options);
  ~ShortClient();
  ShortClient(const ShortClient&) = delete;
  ShortClient& operator=(const ShortClient&) = delete;

  pid_t pid() const { return pid_; }
  // Lets it work and end. Returns how many connections it opened: `count`, and those that were
  // reset and so left no TIME_WAIT (CloseFirst()); 0 when it failed. Once.
  int Run();

 private:
  UniqueFd go_;
  UniqueFd result_;
  pid_t pid_ = -1;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_SHORT_CLIENT_H_
