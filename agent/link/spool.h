#ifndef BERTHMASTER_AGENT_LINK_SPOOL_H_
#define BERTHMASTER_AGENT_LINK_SPOOL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/clock/clock.h"
#include "common/file/file.h"

namespace berthmaster {

struct SpoolOptions {
  // Made if need be; nobody else may write in it.
  std::string directory;
  // Of this boot: after a power loss, sequence numbers that may have been used are left out. Empty
  // when not known.
  std::string boot_id;
  // Some hours of samples of a busy host; the oldest are dropped beyond.
  size_t bytes_max = 64 * 1024 * 1024;
  size_t count_max = 20000;
  // Acknowledged samples are deleted by the segment.
  size_t segment_bytes = 1024 * 1024;
  // While the disk takes nothing.
  size_t memory_bytes_max = 4 * 1024 * 1024;
};

// Holds samples, as bytes, until they are acknowledged. Survives a restart of the agent; what an
// operating system crash takes is only samples. Never fails: while the disk takes nothing it holds
// fewer, in memory, and says so in the log. One thread.
class Spool {
 public:
  // Numbers beyond it would not leave room to count on.
  static constexpr int64_t kSequenceMax = std::numeric_limits<int64_t>::max() / 2;

  // `random` makes the epoch of a new spool.
  static std::unique_ptr<Spool> Open(SpoolOptions options, Random& random);

  // A random number made with the spool, positive. Sequence numbers mean something within it only.
  int64_t epoch() const { return epoch_; }
  // The number that the next Append() uses; 1 in a new spool.
  int64_t next_sequence() const { return next_sequence_; }

  // Adds a sample under next_sequence(). `payload` is at most kSpoolPayloadBytesMax bytes.
  void Append(absl::string_view payload);

  struct Record {
    int64_t sequence = 0;
    std::string payload;
  };
  // The first sample with a higher number than `sequence`; nothing when there is none. One that
  // cannot be read any more is dropped.
  std::optional<Record> ReadAfter(int64_t sequence);

  // Forgets the samples up to `sequence`, which are durable elsewhere.
  void Acknowledge(int64_t sequence);
  // Forgets one sample that will never be accepted.
  void Drop(int64_t sequence);
  // Sees to it that no sample gets a number up to `sequence`.
  void SkipPast(int64_t sequence);

  // Samples held.
  size_t size() const { return items_.size(); }
  // Samples dropped unacknowledged since Open().
  int64_t dropped_count() const { return dropped_count_; }

  // Makes what is held durable and remembers that nothing is missing. The spool is not used
  // afterwards.
  void Close();

 private:
  struct Item {
    int64_t sequence = 0;
    // The segment it lies in, by first sequence; meaningless when `memory` is set.
    int64_t segment = 0;
    size_t payload_offset = 0;
    size_t payload_bytes = 0;
    std::optional<std::string> memory;
  };
  struct Segment {
    std::string path;
    size_t bytes = 0;
    size_t held_count = 0;
  };

  explicit Spool(SpoolOptions options) : options_(std::move(options)) {}

  absl::Status Recover(Random& random);
  void RecoverSegments();
  absl::Status WriteEpoch(bool is_closed);
  absl::Status AppendToDisk(absl::string_view payload);
  absl::Status OpenSegment();
  std::optional<std::string> ReadPayload(const Item& item) const;
  void Forget(const std::deque<Item>::iterator& item);
  void DropOldest(absl::string_view why);
  void KeepWithinBounds();
  void DeleteEmptySegments();
  void NoteDisk(const absl::Status& status);

  const SpoolOptions options_;
  int64_t epoch_ = 0;
  int64_t next_sequence_ = 1;
  // In order of their numbers.
  std::deque<Item> items_;
  // By first sequence. The last one stays even when it is empty of held samples, since it remembers
  // the numbers used.
  std::map<int64_t, Segment> segments_;
  // Of the last segment; not valid when the next sample begins a new one.
  UniqueFd active_fd_;
  size_t memory_bytes_ = 0;
  int64_t dropped_count_ = 0;
  bool disk_failing_ = false;
  bool is_dropping_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_LINK_SPOOL_H_
