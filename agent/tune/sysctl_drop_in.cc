#include "agent/tune/sysctl_drop_in.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/tune/refusal.h"
#include "common/file/file.h"
#include "common/status/annotate.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

// Each line is a value of at most 256 KiB, and there are as many as tunables.
constexpr size_t kDropInBytesMax = 4 * 1024 * 1024;
constexpr absl::string_view kForeign = "PERSIST_FOREIGN_FILE";
constexpr absl::string_view kWrittenMark = "# Written ";

// Without the line that says when: it is no reason to write the file again.
std::string WithoutTime(absl::string_view content) {
  std::string rest;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    if (!absl::StartsWith(line, kWrittenMark)) absl::StrAppend(&rest, line, "\n");
  }
  return rest;
}

std::string Content(absl::string_view first_line, const std::vector<DropInLine>& lines,
                    absl::Time now) {
  std::string content = absl::StrCat(
      first_line, "\n", kWrittenMark,
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone()),
      "\n"
      "# Approved values that were confirmed to outlive a reboot. Do not edit: a value is taken "
      "back,\n"
      "# and its line removed, by `berthctl revert ROLLOUT --reason TEXT`. Without a controller: "
      "stop\n"
      "# the agent, remove the line, and set the value of before with sysctl -w.\n");
  for (const DropInLine& line : lines) {
    absl::StrAppend(&content, "\n# ", line.rollout, "; before: ", line.prior, "\n", line.sysctl,
                    " = ", line.value, "\n");
  }
  return content;
}

absl::Status Unwritable(absl::string_view path, const absl::Status& why) {
  return Refuse("PERSIST_UNWRITABLE",
                absl::StrCat(path,
                             " cannot be kept up; make it writable for the agent, or name "
                             "another directory in sysctl-d-dir: ",
                             why.message()));
}

}  // namespace

SysctlDropIn::SysctlDropIn(absl::string_view directory, absl::string_view owner)
    : directory_(directory),
      path_(absl::StrCat(directory, "/", kDropInName)),
      first_line_(absl::StrCat("# Kept by the berthmaster-agent with the journal ", owner)) {}

// Empty when there is none.
absl::StatusOr<std::string> SysctlDropIn::ReadOwn() const {
  struct stat info;
  if (lstat(path_.c_str(), &info) != 0) {
    if (errno == ENOENT) return std::string();
    return Unwritable(path_, ErrnoStatus(errno, absl::StrCat("look at ", path_)));
  }
  std::string content;
  if (S_ISREG(info.st_mode)) {
    absl::StatusOr<std::string> read = ReadFile(path_, kDropInBytesMax);
    if (!read.ok()) return Unwritable(path_, read.status());
    content = *std::move(read);
  }
  if (absl::StartsWith(content, absl::StrCat(first_line_, "\n"))) return content;
  return Refuse(kForeign,
                absl::StrCat(path_, " is not of this agent (its first line would be '", first_line_,
                             "'), so it is left alone; move it away if its values may "
                             "go, or change without persisting"));
}

absl::Status SysctlDropIn::Check() const {
  BERTHMASTER_RETURN_IF_ERROR(ReadOwn().status());
  if (access(directory_.c_str(), W_OK) == 0) return absl::OkStatus();
  return Unwritable(path_, ErrnoStatus(errno, directory_));
}

absl::Status SysctlDropIn::Bring(const std::vector<DropInLine>& lines, absl::Time now) const {
  const absl::StatusOr<std::string> before = ReadOwn();
  if (!before.ok()) {
    return lines.empty() && ReasonOf(before.status()) == kForeign ? absl::OkStatus()
                                                                  : before.status();
  }
  if (lines.empty()) {
    if (before->empty()) return absl::OkStatus();
    absl::Status removed = unlink(path_.c_str()) == 0
                               ? SyncDirectory(directory_)
                               : ErrnoStatus(errno, absl::StrCat("remove ", path_));
    return removed.ok() ? removed : Unwritable(path_, removed);
  }
  const std::string content = Content(first_line_, lines, now);
  if (WithoutTime(*before) == WithoutTime(content)) return absl::OkStatus();
  // Everybody may read the sysctls of the host.
  constexpr mode_t kMode = 0644;
  absl::Status written = WriteFileAtomically(path_, content, kMode);
  return written.ok() ? written : Unwritable(path_, written);
}

}  // namespace berthmaster
