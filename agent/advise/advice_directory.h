#ifndef BERTHMASTER_AGENT_ADVISE_ADVICE_DIRECTORY_H_
#define BERTHMASTER_AGENT_ADVISE_ADVICE_DIRECTORY_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/protocol/advice.h"

namespace berthmaster {

// The directory in which advice is published: one file for each workload, readable by everybody. A
// file is the agent's when its content is advice and its name the one that such advice gets; all
// others are left alone, but for what ends in ".json.new", the agent's temporary files. One thread.
class AdviceDirectory {
 public:
  struct File {
    WorkloadAdvice content;
    // As it is on the disk.
    std::string text;
  };

  explicit AdviceDirectory(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string PathOf(absl::string_view name) const;

  // Makes the directory with mode 0755 if there is none (one that is there keeps its mode), and
  // removes temporary files of a run that was killed. The error names what is wrong.
  absl::Status Prepare();

  // The agent's files, by name. Nothing when there is no directory.
  absl::StatusOr<std::map<std::string, File>> Read() const;

  // Replaces the file in one step, mode 0644; on an error the old content is there.
  // FAILED_PRECONDITION when something that is not the agent's has this name.
  absl::Status Write(const std::string& name, const WorkloadAdvice& content);

  // Removes one of the agent's files; fine when it is gone already.
  absl::Status Remove(const std::string& name);

 private:
  const std::string path_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_ADVICE_DIRECTORY_H_
