#include "agent/advise/advice_directory.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/advise/advice_file_name.h"
#include "common/file/file.h"
#include "common/status/annotate.h"
#include "common/wire/advice_json.h"

namespace berthmaster {
namespace {

// Every application may look, whoever it runs as.
constexpr mode_t kDirectoryMode = 0755;
constexpr mode_t kFileMode = 0644;
// kDesiredAdviceMax entries with the longest texts have half of that.
constexpr size_t kFileBytesMax = size_t{16} * 1024 * 1024;
// As WriteFileAtomically() names them.
constexpr absl::string_view kTemporarySuffix = ".json.new";

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

absl::StatusOr<std::vector<std::string>> NamesIn(const std::string& path) {
  std::unique_ptr<DIR, CloseDirectory> directory(opendir(path.c_str()));
  if (directory == nullptr) return ErrnoStatus(errno, absl::StrCat("open ", path));
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    names.emplace_back(entry->d_name);
    errno = 0;
  }
  if (errno != 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
  return names;
}

// Nothing when it is not the agent's.
std::optional<AdviceDirectory::File> ReadOwn(const std::string& path, absl::string_view name) {
  struct stat info;
  // A link or a pipe is nobody's advice, and a pipe would not end.
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  absl::StatusOr<std::string> text = ReadFile(path, kFileBytesMax);
  if (!text.ok()) return std::nullopt;
  absl::StatusOr<WorkloadAdvice> content = ParseWorkloadAdviceJson(*text);
  if (!content.ok() || content->advice.empty()) return std::nullopt;
  const uint64_t netns_cookie = content->advice.front().netns_cookie;
  if (AdviceFileName(content->workload, netns_cookie) != name) return std::nullopt;
  return AdviceDirectory::File{*std::move(content), *std::move(text)};
}

}  // namespace

std::string AdviceDirectory::PathOf(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

absl::Status AdviceDirectory::Prepare() {
  struct stat info;
  const bool is_new = stat(path_.c_str(), &info) != 0 && errno == ENOENT;
  BERTHMASTER_RETURN_IF_ERROR(MakeDirectories(path_));
  if (is_new && chmod(path_.c_str(), kDirectoryMode) != 0) {
    return ErrnoStatus(errno, absl::StrCat("chmod ", path_));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(const std::vector<std::string> names, NamesIn(path_));
  for (const std::string& name : names) {
    if (!absl::EndsWith(name, kTemporarySuffix)) continue;
    if (unlink(PathOf(name).c_str()) != 0 && errno != ENOENT) {
      return ErrnoStatus(errno, absl::StrCat("remove ", PathOf(name)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, AdviceDirectory::File>> AdviceDirectory::Read() const {
  std::map<std::string, File> files;
  absl::StatusOr<std::vector<std::string>> names = NamesIn(path_);
  if (absl::IsNotFound(names.status())) return files;
  if (!names.ok()) return names.status();
  for (std::string& name : *names) {
    if (!absl::EndsWith(name, kAdviceFileSuffix)) continue;
    std::optional<File> file = ReadOwn(PathOf(name), name);
    if (file.has_value()) files.emplace(std::move(name), *std::move(file));
  }
  return files;
}

absl::Status AdviceDirectory::Write(const std::string& name, const WorkloadAdvice& content) {
  const std::string path = PathOf(name);
  struct stat info;
  if (lstat(path.c_str(), &info) == 0 && !ReadOwn(path, name).has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " is in the way and not the agent's; move it elsewhere"));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string text, WorkloadAdviceJson(content));
  return WriteFileAtomically(path, text, kFileMode);
}

absl::Status AdviceDirectory::Remove(const std::string& name) {
  const std::string path = PathOf(name);
  if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    return ErrnoStatus(errno, absl::StrCat("remove ", path));
  }
  return SyncDirectory(path_);
}

}  // namespace berthmaster
