#include "agent/tune/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Twice kDesiredChangesMax entries with two values of 16 KiB each (common/wire/bounds.h), four
// times over before a rewrite.
constexpr size_t kJournalBytesMax = 256 * 1024 * 1024;
// Below this a rewrite saves nothing worth its syncs.
constexpr size_t kRewriteBytesMin = 256 * 1024;
constexpr size_t kRewriteGrowth = 4;

// Whether `rest`, which begins with a line that is no record, is only what a crash left of an
// append: nothing whole follows, and the last line has no end, or holds the zeros of a block that
// was never written.
bool IsTornTail(absl::string_view rest) {
  for (absl::string_view line : absl::StrSplit(rest, '\n')) {
    if (ParseJournalRecord(line).ok()) return false;
  }
  return rest.back() != '\n' || rest.find('\0') != absl::string_view::npos;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& path,
                                                       absl::string_view boot_id) {
  std::unique_ptr<Journal> journal(new Journal(path, boot_id));
  absl::StatusOr<std::string> content = ReadFile(path, kJournalBytesMax);
  if (content.ok()) {
    BERTHMASTER_RETURN_IF_ERROR(journal->Replay(*content));
  } else if (!absl::IsNotFound(content.status())) {
    return Annotate(content.status(), "journal");
  }
  // A file that ends in the middle of a record, or that speaks of another boot, may not be appended
  // to.
  absl::Status opened = journal->is_whole_ ? journal->OpenForAppend() : journal->Rewrite();
  if (!opened.ok()) {
    LogWarning("journal cannot be written, so every change will be refused: ", opened.message());
  }
  return journal;
}

absl::Status Journal::Replay(absl::string_view content) {
  const std::string boot_now = boot_id_;
  const size_t file_bytes = content.size();
  int line_number = 0;
  while (!content.empty()) {
    ++line_number;
    size_t end = content.find('\n');
    absl::string_view line = content.substr(0, end);
    absl::StatusOr<JournalRecord> record = ParseJournalRecord(line);
    // A last line without its end can still fit its checksum.
    if (!record.ok() || end == absl::string_view::npos) {
      if (end == absl::string_view::npos || IsTornTail(content)) break;
      return absl::DataLossError(absl::StrCat(
          path_, ":", line_number, ": ", record.status().message(),
          "; it holds the prior values of what this agent changed: compare its lines with the "
          "sysctls by hand, then move the file away and start again"));
    }
    if (absl::Status taken = TakeRecord(*record); !taken.ok()) {
      return Annotate(taken, absl::StrCat(path_, ":", line_number));
    }
    content.remove_prefix(end + 1);
  }
  is_whole_ = file_bytes > 0 && content.empty() && boot_id_ == boot_now;
  size_bytes_ = file_bytes;
  if (boot_id_ != boot_now && !boot_id_.empty() && !boot_now.empty()) {
    const size_t closed_count = std::erase_if(
        entries_, [](const auto& item) { return !item.second.persist || !item.second.confirmed; });
    if (closed_count > 0) {
      LogInfo("journal: ", closed_count, " changes are closed, since the host was booted anew");
    }
    revision_ = 0;
  }
  if (!boot_now.empty()) boot_id_ = boot_now;
  return absl::OkStatus();
}

absl::Status Journal::TakeRecord(const JournalRecord& record) {
  if (const auto* boot = std::get_if<BootRecord>(&record)) {
    boot_id_ = boot->boot_id;
  } else if (const auto* revision = std::get_if<RevisionRecord>(&record)) {
    revision_ = revision->revision;
  } else if (const auto* added = std::get_if<EntryRecord>(&record)) {
    // A second record of an entry replaces the first.
    entries_[added->entry.id] = added->entry;
    next_id_ = std::max(next_id_, added->entry.id + 1);
  } else if (const auto* closed = std::get_if<CloseRecord>(&record)) {
    // Closed twice is closed: a rewrite may already have left it out.
    entries_.erase(closed->id);
  } else if (const auto* renewed = std::get_if<RenewRecord>(&record)) {
    auto found = entries_.find(renewed->id);
    if (found == entries_.end()) return absl::DataLossError("renews an entry that is not there");
    found->second.confirmed = renewed->confirmed;
    found->second.lease = renewed->lease;
    found->second.deadline = renewed->deadline;
  } else if (const auto* moved = std::get_if<StateRecord>(&record)) {
    auto found = entries_.find(moved->id);
    if (found == entries_.end()) return absl::DataLossError("moves an entry that is not there");
    found->second.state = moved->state;
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Journal::AddIntent(JournalEntry entry) {
  entry.id = next_id_;
  entry.state = EntryState::kIntent;
  BERTHMASTER_RETURN_IF_ERROR(AppendSynced(EntryRecord{entry}));
  ++next_id_;
  entries_[entry.id] = entry;
  return entry.id;
}

absl::Status Journal::SetPersist(uint64_t id, bool persist) {
  JournalEntry entry = entries_.at(id);
  entry.persist = persist;
  BERTHMASTER_RETURN_IF_ERROR(AppendSynced(EntryRecord{entry}));
  entries_[id] = entry;
  return absl::OkStatus();
}

void Journal::SetNetns(uint64_t id, const NetnsId& netns) {
  JournalEntry& entry = entries_.at(id);
  entry.netns = netns;
  AppendAndLog(EntryRecord{entry});
}

void Journal::SetState(uint64_t id, EntryState state) {
  entries_.at(id).state = state;
  AppendAndLog(StateRecord{id, state});
}

void Journal::SetDesired(uint64_t id, absl::string_view desired) {
  JournalEntry& entry = entries_.at(id);
  entry.desired = std::string(desired);
  AppendAndLog(EntryRecord{entry});
}

void Journal::Renew(uint64_t id, bool confirmed, absl::Duration lease, absl::Duration deadline) {
  JournalEntry& entry = entries_.at(id);
  entry.confirmed = confirmed;
  entry.lease = lease;
  entry.deadline = deadline;
  AppendAndLog(RenewRecord{id, confirmed, lease, deadline});
}

void Journal::Close(uint64_t id) {
  entries_.erase(id);
  AppendAndLog(CloseRecord{id});
}

void Journal::SetRevision(int64_t revision) {
  if (revision == revision_) return;
  revision_ = revision;
  AppendAndLog(RevisionRecord{revision});
}

absl::Status Journal::Append(const JournalRecord& record) {
  if (!fd_.valid() || size_bytes_ > std::max(kRewriteBytesMin, kRewriteGrowth * rewritten_bytes_)) {
    BERTHMASTER_RETURN_IF_ERROR(Rewrite());
  }
  std::string line = FormatJournalRecord(record);
  if (absl::Status written = WriteAll(fd_.get(), line, path_); !written.ok()) {
    // Half a record may not be followed by a whole one.
    if (ftruncate(fd_.get(), static_cast<off_t>(size_bytes_)) != 0) fd_ = UniqueFd();
    return written;
  }
  size_bytes_ += line.size();
  return absl::OkStatus();
}

absl::Status Journal::AppendSynced(const JournalRecord& record) {
  BERTHMASTER_RETURN_IF_ERROR(Append(record));
  if (fsync(fd_.get()) == 0) return absl::OkStatus();
  absl::Status failed = ErrnoStatus(errno, absl::StrCat("fsync ", path_));
  // After a failed fsync nobody knows what is on the disk; only a new file is certain.
  fd_ = UniqueFd();
  return failed;
}

void Journal::AppendAndLog(const JournalRecord& record) {
  absl::Status appended = Append(record);
  if (!appended.ok() && !failing_) {
    LogWarning("journal cannot be written; changes are refused until it can: ", appended.message());
  }
  failing_ = !appended.ok();
}

absl::Status Journal::Rewrite() {
  std::string content = FormatJournalRecord(BootRecord{boot_id_});
  absl::StrAppend(&content, FormatJournalRecord(RevisionRecord{revision_}));
  for (const auto& [id, entry] : entries_) {
    absl::StrAppend(&content, FormatJournalRecord(EntryRecord{entry}));
  }
  // The descriptor of the file that is replaced would append to a file without a name.
  fd_ = UniqueFd();
  BERTHMASTER_RETURN_IF_ERROR(WriteFileAtomically(path_, content, 0600));
  size_bytes_ = content.size();
  rewritten_bytes_ = content.size();
  return OpenForAppend();
}

absl::Status Journal::OpenForAppend() {
  fd_ = UniqueFd(open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!fd_.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path_));
  return absl::OkStatus();
}

}  // namespace berthmaster
