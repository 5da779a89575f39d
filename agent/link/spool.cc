#include "agent/link/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/link/spool_record.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr size_t kEpochFileBytesMax = 256;
// More samples than any agent takes between a sample and the kernel's writing of it to the disk (30
// s, vm.dirty_expire_centisecs).
constexpr int64_t kSequencesLostByPowerMax = 1000;
constexpr absl::string_view kSegmentSuffix = ".segment";

std::string EpochPrefix(int64_t epoch) {
  return absl::StrCat(absl::Hex(epoch, absl::kZeroPad16), "-");
}

std::vector<std::string> SegmentNames(const std::string& directory) {
  std::vector<std::string> names;
  DIR* listing = opendir(directory.c_str());
  if (listing == nullptr) return names;
  while (const dirent* entry = readdir(listing)) {
    if (absl::EndsWith(entry->d_name, kSegmentSuffix)) names.emplace_back(entry->d_name);
  }
  closedir(listing);
  // Numbers are padded, so this is their order.
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::unique_ptr<Spool> Spool::Open(SpoolOptions options, Random& random) {
  std::unique_ptr<Spool> spool(new Spool(std::move(options)));
  spool->NoteDisk(spool->Recover(random));
  if (spool->epoch_ == 0) spool->epoch_ = static_cast<int64_t>(random.Next() >> 2 | 1);
  return spool;
}

absl::Status Spool::Recover(Random& random) {
  BERTHMASTER_RETURN_IF_ERROR(MakeDirectories(options_.directory));
  std::string content =
      ReadFile(absl::StrCat(options_.directory, "/epoch"), kEpochFileBytesMax).value_or("");
  std::vector<std::string> words = absl::StrSplit(absl::StripAsciiWhitespace(content), ' ');
  bool is_known = words.size() == 3 && absl::SimpleAtoi(words[0], &epoch_) && epoch_ > 0;
  if (!is_known) epoch_ = static_cast<int64_t>(random.Next() >> 2 | 1);
  RecoverSegments();
  if (is_known && words[2] != "closed" && !options_.boot_id.empty() &&
      words[1] != options_.boot_id) {
    next_sequence_ += kSequencesLostByPowerMax;
  }
  KeepWithinBounds();
  return WriteEpoch(false);
}

void Spool::RecoverSegments() {
  for (const std::string& name : SegmentNames(options_.directory)) {
    std::string path = absl::StrCat(options_.directory, "/", name);
    if (!absl::StartsWith(name, EpochPrefix(epoch_))) {
      LogWarning("spool: ", name, " is of another epoch and is deleted");
      unlink(path.c_str());
      continue;
    }
    absl::StatusOr<std::string> content =
        ReadFile(path, options_.segment_bytes + 2 * kSpoolPayloadBytesMax);
    if (!content.ok()) {
      LogWarning("spool: ", content.status().message());
      continue;
    }
    SpoolScan scan = ScanSpoolSegment(*content);
    if (!scan.is_whole) {
      LogWarning("spool: ", name, " is damaged after sample ",
                 scan.records.empty() ? next_sequence_ - 1 : scan.records.back().sequence);
    }
    if (scan.records.empty() || scan.records.front().sequence < next_sequence_ ||
        scan.records.back().sequence > kSequenceMax) {
      unlink(path.c_str());
      continue;
    }
    int64_t first = scan.records.front().sequence;
    segments_[first] = {path, content->size(), scan.records.size()};
    for (const SpoolRecordPlace& record : scan.records) {
      items_.push_back(
          {record.sequence, first, record.payload_offset, record.payload_bytes, std::nullopt});
    }
    next_sequence_ = scan.records.back().sequence + 1;
  }
}

absl::Status Spool::WriteEpoch(bool is_closed) {
  std::string boot = options_.boot_id.empty() ? "unknown" : options_.boot_id;
  return WriteFileAtomically(
      absl::StrCat(options_.directory, "/epoch"),
      absl::StrCat(epoch_, " ", boot, " ", is_closed ? "closed" : "open", "\n"), 0600);
}

void Spool::Append(absl::string_view payload) {
  absl::Status written = AppendToDisk(payload);
  NoteDisk(written);
  if (!written.ok()) {
    // What follows half a record would be lost with it.
    active_fd_ = UniqueFd();
    items_.push_back({next_sequence_, 0, 0, payload.size(), std::string(payload)});
    memory_bytes_ += payload.size();
  }
  ++next_sequence_;
  KeepWithinBounds();
}

absl::Status Spool::AppendToDisk(absl::string_view payload) {
  if (!active_fd_.valid()) BERTHMASTER_RETURN_IF_ERROR(OpenSegment());
  auto last = std::prev(segments_.end());
  Segment& segment = last->second;
  std::string record = EncodeSpoolRecord(next_sequence_, payload);
  if (absl::Status written = WriteAll(active_fd_.get(), record, segment.path); !written.ok()) {
    if (segment.bytes == 0) {
      unlink(segment.path.c_str());
      segments_.erase(last);
    }
    return written;
  }
  items_.push_back({next_sequence_, last->first, segment.bytes + kSpoolHeaderBytes, payload.size(),
                    std::nullopt});
  segment.bytes += record.size();
  ++segment.held_count;
  if (segment.bytes >= options_.segment_bytes) active_fd_ = UniqueFd();
  return absl::OkStatus();
}

absl::Status Spool::OpenSegment() {
  std::string path = absl::StrCat(options_.directory, "/", EpochPrefix(epoch_),
                                  absl::Dec(next_sequence_, absl::kZeroPad20), kSegmentSuffix);
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  active_fd_ = std::move(fd);
  segments_[next_sequence_] = {std::move(path), 0, 0};
  return absl::OkStatus();
}

std::optional<Spool::Record> Spool::ReadAfter(int64_t sequence) {
  while (true) {
    auto item = std::upper_bound(items_.begin(), items_.end(), sequence,
                                 [](int64_t s, const Item& i) { return s < i.sequence; });
    if (item == items_.end()) return std::nullopt;
    std::optional<std::string> payload = ReadPayload(*item);
    if (payload.has_value()) return Record{item->sequence, *std::move(payload)};
    LogWarning("spool: sample ", item->sequence, " cannot be read any more and is dropped");
    Drop(item->sequence);
  }
}

std::optional<std::string> Spool::ReadPayload(const Item& item) const {
  if (item.memory.has_value()) return item.memory;
  auto segment = segments_.find(item.segment);
  if (segment == segments_.end()) return std::nullopt;
  UniqueFd fd(open(segment->second.path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return std::nullopt;
  // With its header, so that damage since it was written is seen.
  std::string record(kSpoolHeaderBytes + item.payload_bytes, '\0');
  ssize_t got = pread(fd.get(), record.data(), record.size(),
                      static_cast<off_t>(item.payload_offset - kSpoolHeaderBytes));
  SpoolScan scan = ScanSpoolSegment(record);
  if (got != static_cast<ssize_t>(record.size()) || scan.records.size() != 1 ||
      scan.records[0].sequence != item.sequence) {
    return std::nullopt;
  }
  return record.substr(kSpoolHeaderBytes);
}

void Spool::Acknowledge(int64_t sequence) {
  while (!items_.empty() && items_.front().sequence <= sequence) Forget(items_.begin());
  DeleteEmptySegments();
  if (items_.empty()) is_dropping_ = false;
}

void Spool::Drop(int64_t sequence) {
  auto item = std::find_if(items_.begin(), items_.end(),
                           [sequence](const Item& i) { return i.sequence == sequence; });
  if (item == items_.end()) return;
  Forget(item);
  ++dropped_count_;
  DeleteEmptySegments();
}

void Spool::SkipPast(int64_t sequence) {
  if (sequence >= next_sequence_ && sequence <= kSequenceMax) next_sequence_ = sequence + 1;
}

void Spool::Forget(const std::deque<Item>::iterator& item) {
  if (item->memory.has_value()) {
    memory_bytes_ -= item->payload_bytes;
  } else if (auto segment = segments_.find(item->segment); segment != segments_.end()) {
    --segment->second.held_count;
  }
  items_.erase(item);
}

void Spool::DropOldest(absl::string_view why) {
  if (!is_dropping_) {
    LogWarning("spool: ", why, "; the oldest samples are dropped until the controller takes some");
    is_dropping_ = true;
  }
  Forget(items_.begin());
  ++dropped_count_;
}

void Spool::KeepWithinBounds() {
  while (items_.size() > options_.count_max) {
    DropOldest(absl::StrCat(options_.count_max, " samples are held"));
  }
  while (memory_bytes_ > options_.memory_bytes_max) {
    auto oldest = std::find_if(items_.begin(), items_.end(),
                               [](const Item& item) { return item.memory.has_value(); });
    Drop(oldest->sequence);
  }
  size_t total_bytes = 0;
  for (const auto& [first, segment] : segments_) total_bytes += segment.bytes;
  for (auto segment = segments_.begin(); total_bytes > options_.bytes_max && segments_.size() > 1 &&
                                         segment != std::prev(segments_.end());
       ++segment) {
    while (segment->second.held_count > 0) {
      DropOldest(absl::StrCat(options_.bytes_max, " bytes are held"));
    }
    total_bytes -= segment->second.bytes;
  }
  DeleteEmptySegments();
}

void Spool::DeleteEmptySegments() {
  while (segments_.size() > 1 && segments_.begin()->second.held_count == 0) {
    unlink(segments_.begin()->second.path.c_str());
    segments_.erase(segments_.begin());
  }
}

void Spool::NoteDisk(const absl::Status& status) {
  if (status.ok() == !disk_failing_) return;
  disk_failing_ = !status.ok();
  if (disk_failing_) {
    LogWarning("spool: samples are held in memory only, at most ", options_.memory_bytes_max,
               " bytes, and do not survive a restart; make room in the agent's state directory: ",
               status.message());
  } else {
    LogInfo("spool: samples are on the disk again");
  }
}

void Spool::Close() {
  bool is_synced = memory_bytes_ == 0 && (!active_fd_.valid() || fsync(active_fd_.get()) == 0);
  if (!is_synced) return;
  if (absl::Status written = WriteEpoch(true); !written.ok()) {
    LogWarning("spool: ", written.message());
  }
}

}  // namespace berthmaster
