#ifndef BERTHMASTER_AGENT_TUNE_JOURNAL_H_
#define BERTHMASTER_AGENT_TUNE_JOURNAL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/tune/journal_record.h"
#include "common/file/file.h"

namespace berthmaster {

// The changes of the kernel that this agent made and has not taken back, in a file that survives
// it. One thread.
//
// Records are appended. What is not whole at the end of the file was being appended when the agent
// died and is dropped, since nothing is written to the kernel before its record is synced; damage
// anywhere else is an error. The memory is always what was asked for, even while the file cannot be
// written; then the next append first tries to replace the whole file.
class Journal {
 public:
  // Opens the journal at `path`, which need not exist, in a directory that does. Entries of another
  // boot are dropped, because the kernel's values went with it, but for those that are persisted
  // and confirmed; an empty `boot_id` is no other
  // boot. DATA_LOSS with what to do when the file is damaged; a file that cannot be written is not
  // an error here.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& path,
                                                       absl::string_view boot_id);

  // By id, which is also the order in which they were made.
  const std::map<uint64_t, JournalEntry>& entries() const { return entries_; }

  // The last revision that was put in force; 0 when there is none.
  int64_t revision() const { return revision_; }

  // Adds `entry` under a new id, in state kIntent, and returns the id after the record is on the
  // disk. On an error nothing is added.
  absl::StatusOr<uint64_t> AddIntent(JournalEntry entry);

  // Has entry `id`, which must be there, persisted or not, after that is on the disk as the entry
  // is now. On an error nothing is changed.
  absl::Status SetPersist(uint64_t id, bool persist);

  // These change the memory at once and the file as well as can be; an error is logged. `id` must
  // be in entries().
  void SetState(uint64_t id, EntryState state);
  void SetNetns(uint64_t id, const NetnsId& netns);
  void SetDesired(uint64_t id, absl::string_view desired);
  void Renew(uint64_t id, bool confirmed, absl::Duration lease, absl::Duration deadline);
  void Close(uint64_t id);
  void SetRevision(int64_t revision);

 private:
  Journal(std::string path, absl::string_view boot_id)
      : path_(std::move(path)), boot_id_(boot_id) {}

  absl::Status Replay(absl::string_view content);
  absl::Status TakeRecord(const JournalRecord& record);
  absl::Status Append(const JournalRecord& record);
  absl::Status AppendSynced(const JournalRecord& record);
  void AppendAndLog(const JournalRecord& record);
  absl::Status Rewrite();
  absl::Status OpenForAppend();

  const std::string path_;
  std::string boot_id_;
  std::map<uint64_t, JournalEntry> entries_;
  int64_t revision_ = 0;
  uint64_t next_id_ = 1;
  // Not valid while the file is not known to end with a whole record.
  UniqueFd fd_;
  // Of the file, and of it when it was last rewritten.
  size_t size_bytes_ = 0;
  size_t rewritten_bytes_ = 0;
  // What Replay() found: every record whole and of this boot.
  bool is_whole_ = false;
  bool failing_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TUNE_JOURNAL_H_
