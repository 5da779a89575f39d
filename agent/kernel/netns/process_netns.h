#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_PROCESS_NETNS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_PROCESS_NETNS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace berthmaster {

// A process that is seen in this many looks in a row has settled: a runtime forks, enters the
// namespace of the container and executes within moments.
inline constexpr uint32_t kYoungLooks = 3;
// A settled process is looked at again in one of this many looks, since it may still change its
// namespace; looking at each of them in each would be nine tenths of a look's cost.
inline constexpr uint32_t kSettledLooks = 4;

// Which network namespaces the processes are in. Listing /proc costs about 0.4 us a process, asking
// for its namespace 4 us more (netns_scan_bench). Threads that left the namespace of their process
// are not seen: that would take a look at each thread of the host. One thread.
class ProcessNetns {
 public:
  // `proc` is the mount of procfs.
  explicit ProcessNetns(std::string proc = "/proc");

  // Looks at the processes that are there now. A zombie is in no namespace. A process that changes
  // its namespace late in its life, or whose number is used again within two looks, is seen in the
  // new one at most kSettledLooks looks later.
  void Look();

  // By inode, as of the last look: the process with the lowest number in it, the leading one.
  const std::map<uint64_t, int32_t>& leading() const { return leading_; }
  // How many processes may not be looked at.
  int refused_count() const { return refused_count_; }

 private:
  struct Seen {
    int32_t pid = 0;
    // In how many looks; stops at kYoungLooks.
    uint32_t looks = 0;
    // 0 when it may not be looked at.
    uint64_t inode = 0;
  };

  const std::string proc_;
  uint32_t look_number_ = 0;
  // By rising pid, which is how /proc lists them.
  std::vector<Seen> seen_;
  std::map<uint64_t, int32_t> leading_;
  int refused_count_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_PROCESS_NETNS_H_
