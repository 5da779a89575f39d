#ifndef BERTHMASTER_AGENT_TUNE_SYSCTL_DROP_IN_H_
#define BERTHMASTER_AGENT_TUNE_SYSCTL_DROP_IN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace berthmaster {

// Late among the files of sysctl.d(5), and before the 99- of an administrator, which so wins.
inline constexpr absl::string_view kDropInName = "60-berthmaster.conf";

// A value that the next boot is to have.
struct DropInLine {
  std::string sysctl;
  std::string value;
  // What is written in the comment above it.
  std::string rollout;
  std::string prior;
};

// The file of sysctl.d(5) that holds the values of this host that outlive a reboot. Its first line
// says whose it is; a file that says anything else is foreign and is never touched. One thread.
class SysctlDropIn {
 public:
  // `owner` tells this agent from others of the host: the path of its journal, one line.
  SysctlDropIn(absl::string_view directory, absl::string_view owner);

  const std::string& path() const { return path_; }

  // Whether the file may be written: there is none, or it is ours. Refused as PERSIST_FOREIGN_FILE,
  // or PERSIST_UNWRITABLE when nobody can say or the directory is not writable.
  absl::Status Check() const;

  // Makes the file hold these lines and no others: it is replaced atomically, or removed when there
  // are none. Does nothing where it is so already, and with no lines to a foreign file. Refused as
  // PERSIST_FOREIGN_FILE or PERSIST_UNWRITABLE; then the file is as it was.
  absl::Status Bring(const std::vector<DropInLine>& lines, absl::Time now) const;

 private:
  absl::StatusOr<std::string> ReadOwn() const;

  const std::string directory_;
  const std::string path_;
  const std::string first_line_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_SYSCTL_DROP_IN_H_
