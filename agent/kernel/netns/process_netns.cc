#include "agent/kernel/netns/process_netns.h"

#include <errno.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "agent/kernel/proc_directory.h"

namespace berthmaster {

ProcessNetns::ProcessNetns(std::string proc) : proc_(std::move(proc)) {}

void ProcessNetns::Look() {
  ++look_number_;
  leading_.clear();
  refused_count_ = 0;
  std::vector<Seen> seen_before = std::exchange(seen_, {});
  seen_.reserve(seen_before.size());
  Directory directory(opendir(proc_.c_str()));
  if (directory == nullptr) return;
  auto before = seen_before.cbegin();
  while (const std::optional<int32_t> pid = NextNumber(directory.get())) {
    Seen process = {*pid, 0, 0};
    before = std::find_if(before, seen_before.cend(),
                          [&](const Seen& other) { return other.pid >= *pid; });
    if (before != seen_before.cend() && before->pid == *pid) process = *before;
    const bool is_settled = process.looks >= kYoungLooks;
    if (!is_settled) ++process.looks;
    if (!is_settled || (static_cast<uint32_t>(*pid) + look_number_) % kSettledLooks == 0) {
      char name[32];
      std::snprintf(name, sizeof(name), "%d/ns/net", *pid);
      const std::optional<uint64_t> inode = ReadInodeLink(dirfd(directory.get()), name, "net");
      // It has ended, or is about to.
      if (!inode.has_value() && errno != EACCES && errno != EPERM) continue;
      process.inode = inode.value_or(0);
    }
    seen_.push_back(process);
    if (process.inode == 0) {
      ++refused_count_;
    } else {
      leading_.emplace(process.inode, *pid);
    }
  }
}

}  // namespace berthmaster
