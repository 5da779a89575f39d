#include "agent/kernel/sockets/linux_socket_owners.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/kernel/clean_text.h"
#include "agent/kernel/netns/cgroup_path.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

constexpr size_t kCommBytesMax = 256;
constexpr size_t kCgroupBytesMax = 64 * 1024;
// Opening a process's directory costs as much as looking at this many files; most kernel threads
// have none.
constexpr int kFilesPerProcess = 4;

}  // namespace

LinuxSocketOwners::LinuxSocketOwners(SocketOwnersOptions options) : options_(std::move(options)) {}

absl::StatusOr<absl::flat_hash_map<uint32_t, ProcessId>> LinuxSocketOwners::Find(
    const absl::flat_hash_set<uint32_t>& inodes) {
  ++call_number_;
  if (call_number_ % kForgetCalls == 0) ForgetUnasked();
  Search search = StartSearch(inodes);
  SearchOwners(search);
  SearchAll(search);

  absl::flat_hash_map<uint32_t, ProcessId> found;
  for (const uint32_t inode : inodes) {
    auto wanted = wanted_.find(inode);
    if (wanted == wanted_.end() || wanted->second.pid == 0) continue;
    if (const ProcessId* owner = ReadOwner(wanted->second.pid)) found.emplace(inode, *owner);
  }
  if (found.empty() && search.looked_count == 0 && search.refused_count > 0) {
    return absl::PermissionDeniedError(
        "the files of other processes may not be looked at, so the owners of sockets are not "
        "known; run the agent as root with CAP_SYS_PTRACE in the host's pid namespace");
  }
  return found;
}

LinuxSocketOwners::Search LinuxSocketOwners::StartSearch(
    const absl::flat_hash_set<uint32_t>& inodes) {
  Search search;
  for (const uint32_t inode : inodes) {
    // Of a socket that no file holds, such as one in TIME_WAIT.
    if (inode == 0) continue;
    auto wanted = wanted_.find(inode);
    if (wanted == wanted_.end()) {
      if (wanted_.size() >= kSocketsOwnedMax) continue;
      wanted = wanted_.emplace(inode, Wanted{0, round_number_, 0}).first;
    }
    wanted->second.asked = call_number_;
    const bool is_given_up = round_number_ - wanted->second.first_round > kSearchRounds;
    if (wanted->second.pid == 0 && !is_given_up) ++search.left;
  }
  return search;
}

void LinuxSocketOwners::SearchOwners(Search& search) {
  if (search.left == 0) return;
  std::vector<int32_t> pids;
  for (const auto& [pid, owner] : owners_) pids.push_back(pid);
  // Each call begins behind where the last one stopped, so that each owner has its turn.
  std::sort(pids.begin(), pids.end());
  std::rotate(pids.begin(), std::upper_bound(pids.begin(), pids.end(), last_owner_), pids.end());
  search.budget = options_.files_per_call_max / 2;
  for (const int32_t pid : pids) {
    if (search.is_done()) return;
    OpenProcess process = Open(pid, search);
    LookThrough(process, search);
    last_owner_ = pid;
  }
}

void LinuxSocketOwners::SearchAll(Search& search) {
  // What the owners did not need is for all.
  search.budget =
      std::max(search.budget, 0) + options_.files_per_call_max - options_.files_per_call_max / 2;
  bool has_started_round = false;
  while (!search.is_done()) {
    if (current_.files == nullptr) {
      if (round_position_ == round_.size()) {
        // Once around is enough for one call.
        if (std::exchange(has_started_round, true) || !StartRound()) return;
      }
      current_ = Open(round_[round_position_++], search);
    }
    if (LookThrough(current_, search)) current_ = OpenProcess();
  }
}

bool LinuxSocketOwners::StartRound() {
  ++round_number_;
  round_.clear();
  round_position_ = 0;
  Directory directory(opendir(options_.proc.c_str()));
  if (directory == nullptr) return false;
  while (const std::optional<int32_t> pid = NextNumber(directory.get())) round_.push_back(*pid);
  return !round_.empty();
}

LinuxSocketOwners::OpenProcess LinuxSocketOwners::Open(int32_t pid, Search& search) {
  search.budget -= kFilesPerProcess;
  OpenProcess process = {pid,
                         Directory(opendir(absl::StrCat(options_.proc, "/", pid, "/fd").c_str()))};
  if (pid == getpid()) return process;
  if (process.files != nullptr) {
    ++search.looked_count;
  } else if (errno == EACCES || errno == EPERM) {
    ++search.refused_count;
  }
  return process;
}

bool LinuxSocketOwners::LookThrough(OpenProcess& process, Search& search) {
  while (process.files != nullptr && !search.is_done()) {
    const std::optional<int32_t> file = NextNumber(process.files.get());
    if (!file.has_value()) return true;
    --search.budget;
    char name[16];
    std::snprintf(name, sizeof(name), "%d", *file);
    const std::optional<uint64_t> inode = ReadInodeLink(dirfd(process.files.get()), name, "socket");
    if (inode.has_value()) {
      TakeSocket(static_cast<uint32_t>(*inode), process.pid, search);
    } else if (errno == EACCES || errno == EPERM) {
      // Listing takes less than looking.
      --search.looked_count;
      ++search.refused_count;
      return true;
    }
  }
  return process.files == nullptr;
}

void LinuxSocketOwners::TakeSocket(uint32_t inode, int32_t pid, Search& search) {
  auto wanted = wanted_.find(inode);
  if (wanted == wanted_.end() || wanted->second.pid != 0) return;
  const bool is_left = wanted->second.asked == call_number_ &&
                       round_number_ - wanted->second.first_round <= kSearchRounds;
  wanted->second.pid = pid;
  ReadOwner(pid);
  if (is_left && search.left > 0) --search.left;
}

const ProcessId* LinuxSocketOwners::ReadOwner(int32_t pid) {
  auto known = owners_.find(pid);
  if (known != owners_.end() && call_number_ - known->second.read < kOwnerCalls) {
    return &known->second.id;
  }
  const std::string directory = absl::StrCat(options_.proc, "/", pid);
  const absl::StatusOr<std::string> comm = ReadFile(directory + "/comm", kCommBytesMax);
  std::string name = comm.ok() ? CleanText(*comm) : "";
  if (!comm.ok() || (known != owners_.end() && known->second.id.name != name)) {
    Disown(pid);
    return nullptr;
  }
  const absl::StatusOr<std::string> cgroup = ReadFile(directory + "/cgroup", kCgroupBytesMax);
  Owner& owner = owners_[pid];
  owner.id = {pid, std::move(name), cgroup.ok() ? ParseProcessCgroup(*cgroup).path : ""};
  owner.read = call_number_;
  return &owner.id;
}

void LinuxSocketOwners::Disown(int32_t pid) {
  owners_.erase(pid);
  for (auto& [inode, wanted] : wanted_) {
    if (wanted.pid != pid) continue;
    wanted.pid = 0;
    wanted.first_round = round_number_;
  }
}

void LinuxSocketOwners::ForgetUnasked() {
  absl::erase_if(wanted_, [this](const auto& item) {
    return call_number_ - item.second.asked >= kForgetCalls;
  });
  absl::flat_hash_set<int32_t> owning;
  for (const auto& [inode, wanted] : wanted_) owning.insert(wanted.pid);
  absl::erase_if(owners_, [&owning](const auto& item) { return owning.count(item.first) == 0; });
}

}  // namespace berthmaster
