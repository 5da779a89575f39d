#ifndef BERTHMASTER_COMMON_RECORDING_RECORDING_READER_H_
#define BERTHMASTER_COMMON_RECORDING_RECORDING_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/protocol/sample.h"
#include "common/recording/recording.h"

struct z_stream_s;

namespace berthmaster {

// Reads a recording from its beginning, a sample at a time, in memory of a record and two samples,
// whatever the file holds. One thread; calls block on the disk.
class RecordingReader {
 public:
  // Fills the front of the span and says how much; 0 at the end.
  using Source = std::function<absl::StatusOr<size_t>(absl::Span<char>)>;

  // The errors of DecodeRecordingHeader with the path, and those of errno.
  static absl::StatusOr<std::unique_ptr<RecordingReader>> Open(const std::string& path);
  // `name` stands before the text of every error.
  static absl::StatusOr<std::unique_ptr<RecordingReader>> Make(Source source, std::string name);
  ~RecordingReader();
  RecordingReader(const RecordingReader&) = delete;
  RecordingReader& operator=(const RecordingReader&) = delete;

  const RecordingHeader& header() const { return header_; }

  // The next sample, with a sequence above that of the one before; nothing at the end, also where
  // the file was cut. DATA_LOSS, and so again from then on, where what follows is damaged: the
  // samples before it are sound.
  absl::StatusOr<std::optional<HostSample>> Next();

  // Whether the recorder ended the file; false while samples are left, and for a file that was cut.
  bool is_finished() const { return is_finished_; }

 private:
  struct EndInflate {
    void operator()(z_stream_s* stream) const;
  };
  enum class Fill { kFull, kEnd };

  RecordingReader(Source source, std::string name, std::unique_ptr<z_stream_s, EndInflate> inflate);
  absl::Status ReadHeader();
  // More of the file into input_; false at its end.
  absl::StatusOr<bool> ReadInput();
  // Inflates until `bytes` is full.
  absl::StatusOr<Fill> Inflate(std::string& bytes);
  absl::StatusOr<std::optional<HostSample>> ReadSample();
  absl::StatusOr<HostSample> DecodeMessage(const std::string& message) const;
  absl::Status Damaged(absl::string_view what) const;

  const Source source_;
  const std::string name_;
  const std::unique_ptr<z_stream_s, EndInflate> inflate_;
  RecordingHeader header_;
  // What was read of the file; the zlib stream knows how far it is used.
  std::string input_;
  bool is_finished_ = false;
  absl::Status damage_;
  // The sample before.
  HostSample base_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_RECORDING_RECORDING_READER_H_
