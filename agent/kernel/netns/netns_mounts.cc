#include "agent/kernel/netns/netns_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/netns/mount_info.h"
#include "agent/kernel/netns/netns_directory.h"

namespace berthmaster {
namespace {

// A line holds two paths, escaped up to fourfold, and the options of the file system, which the
// kernel keeps below a page.
constexpr size_t kBufferBytes = 64 * 1024;

void TakeLine(absl::string_view line, std::vector<NetnsMount>& mounts) {
  // Most mounts are none of ours: do not take them apart.
  if (!absl::StrContains(line, " net:[")) return;
  const std::optional<MountLine> mount = ParseMountLine(line);
  if (!mount.has_value()) return;
  const std::optional<uint64_t> inode = NetnsInodeOf(*mount);
  if (inode.has_value()) mounts.push_back({*inode, UnescapeMountText(mount->mount_point)});
}

}  // namespace

NetnsMounts::NetnsMounts(const std::string& process)
    : file_(open(absl::StrCat(process, "/mountinfo").c_str(), O_RDONLY | O_CLOEXEC)) {}

const std::vector<NetnsMount>& NetnsMounts::Read() {
  if (file_.valid() && HasChanged()) ReadAll();
  return mounts_;
}

bool NetnsMounts::HasChanged() const {
  // Asking takes the news away, so it comes before the reading: a change during that is news again.
  pollfd question = {file_.get(), POLLPRI, 0};
  const bool is_news = poll(&question, 1, 0) > 0 && (question.revents & (POLLPRI | POLLERR)) != 0;
  return is_news || !is_read_;
}

void NetnsMounts::ReadAll() {
  mounts_.clear();
  is_cut_ = false;
  is_read_ = false;
  if (lseek(file_.get(), 0, SEEK_SET) != 0) return;
  std::string buffer(kBufferBytes, '\0');
  size_t held = 0;
  size_t read_total = 0;
  while (true) {
    const ssize_t got = read(file_.get(), buffer.data() + held, buffer.size() - held);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    if (got == 0) break;
    held += static_cast<size_t>(got);
    read_total += static_cast<size_t>(got);
    absl::string_view rest(buffer.data(), held);
    for (size_t end = rest.find('\n'); end != absl::string_view::npos; end = rest.find('\n')) {
      TakeLine(rest.substr(0, end), mounts_);
      rest.remove_prefix(end + 1);
    }
    // A line that fills the buffer is no line of a kernel.
    if (rest.size() == buffer.size()) rest = absl::string_view();
    buffer.replace(0, rest.size(), std::string(rest));
    held = rest.size();
    if (read_total > kMountInfoBytesMax || mounts_.size() > size_t{kNamespacesMax}) {
      mounts_.resize(std::min(mounts_.size(), size_t{kNamespacesMax}));
      is_cut_ = true;
      break;
    }
  }
  is_read_ = true;
}

}  // namespace berthmaster
