#ifndef BERTHMASTER_COMMON_RECORDING_RECORDING_WRITER_H_
#define BERTHMASTER_COMMON_RECORDING_RECORDING_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/file/file.h"
#include "common/protocol/sample.h"
#include "common/recording/recording.h"

struct z_stream_s;

namespace berthmaster {

// Writes a recording. Each sample is in the file, whole, when Append() returns, whatever becomes of
// the process then; only Finish() makes the file survive a power cut. One thread; calls block on
// the disk. After an error the file is readable up to what was written before; append no more.
class RecordingWriter {
 public:
  // Makes the file with mode 0600. ALREADY_EXISTS when there is one of that name: a recording is
  // never overwritten. INVALID_ARGUMENT for a host id that is none; else as errno says.
  static absl::StatusOr<std::unique_ptr<RecordingWriter>> Create(const std::string& path,
                                                                 RecordingHeader header);
  ~RecordingWriter();
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  // Gives the sample the next sequence number, from 1, puts it in order (PutInOrder) and rounds
  // its intervals to the millisecond, as an agent does before it sends one. RESOURCE_EXHAUSTED when
  // the sample is larger than kRecordingMessageBytesMax.
  absl::Status Append(HostSample sample);

  // Writes the end mark and fsyncs. Nothing may be appended afterwards.
  absl::Status Finish();

  int64_t sample_count() const { return base_.sequence; }
  int64_t byte_count() const { return byte_count_; }

 private:
  struct EndDeflate {
    void operator()(z_stream_s* stream) const;
  };
  RecordingWriter(UniqueFd fd, std::string path, std::string host_id,
                  std::unique_ptr<z_stream_s, EndDeflate> deflate);
  // Compresses `bytes`, flushed as `flush` says, to the end of the file in one write.
  absl::Status Write(absl::string_view bytes, int flush);

  const UniqueFd fd_;
  const std::string path_;
  const std::string host_id_;
  const std::unique_ptr<z_stream_s, EndDeflate> deflate_;
  int64_t byte_count_ = 0;
  // The sample before.
  HostSample base_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_RECORDING_RECORDING_WRITER_H_
