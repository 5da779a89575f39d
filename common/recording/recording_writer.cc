#include "common/recording/recording_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/ids/ids.h"
#include "common/recording/record.h"
#include "common/status/annotate.h"
#include "common/wire/sample_delta.h"

namespace berthmaster {
namespace {

constexpr size_t kChunkBytes = 64 * 1024;

void RoundIntervals(HostSample& sample) {
  for (NetnsSample& netns : sample.namespaces) {
    if (!netns.sample_interval.has_value()) continue;
    netns.sample_interval =
        absl::Floor(*netns.sample_interval + absl::Milliseconds(1) / 2, absl::Milliseconds(1));
  }
}

}  // namespace

void RecordingWriter::EndDeflate::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  std::default_delete<z_stream_s>()(stream);
}

RecordingWriter::RecordingWriter(UniqueFd fd, std::string path, std::string host_id,
                                 std::unique_ptr<z_stream_s, EndDeflate> deflate)
    : fd_(std::move(fd)),
      path_(std::move(path)),
      host_id_(std::move(host_id)),
      deflate_(std::move(deflate)) {}

RecordingWriter::~RecordingWriter() = default;

absl::StatusOr<std::unique_ptr<RecordingWriter>> RecordingWriter::Create(const std::string& path,
                                                                         RecordingHeader header) {
  BERTHMASTER_RETURN_IF_ERROR(CheckHostId(header.host_id));
  auto stream = std::make_unique<z_stream_s>();
  if (deflateInit(stream.get(), Z_BEST_COMPRESSION) != Z_OK) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": no memory to compress with"));
  }
  std::unique_ptr<z_stream_s, EndDeflate> deflate(stream.release());
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid() && errno == EEXIST) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, " is there already and is not overwritten: name another file"));
  }
  if (!fd.valid()) return ErrnoStatus(errno, path);
  const std::string line = EncodeRecordingHeader(header);
  BERTHMASTER_RETURN_IF_ERROR(WriteAll(fd.get(), line, path));
  auto writer = std::unique_ptr<RecordingWriter>(
      new RecordingWriter(std::move(fd), path, std::move(header.host_id), std::move(deflate)));
  writer->byte_count_ = static_cast<int64_t>(line.size());
  return writer;
}

absl::Status RecordingWriter::Append(HostSample sample) {
  PutInOrder(sample);
  RoundIntervals(sample);
  sample.sequence = base_.sequence + 1;
  const std::string message = ToDelta(host_id_, base_, sample).SerializeAsString();
  if (message.size() > kRecordingMessageBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path_, ": a sample has ", message.size(), " bytes, more than the ",
                     kRecordingMessageBytesMax, " of a record; restrict it with --netns"));
  }
  BERTHMASTER_RETURN_IF_ERROR(Write(EncodeRecord(message), Z_SYNC_FLUSH));
  base_ = std::move(sample);
  return absl::OkStatus();
}

absl::Status RecordingWriter::Finish() {
  BERTHMASTER_RETURN_IF_ERROR(Write("", Z_FINISH));
  return fsync(fd_.get()) == 0 ? absl::OkStatus() : ErrnoStatus(errno, path_);
}

absl::Status RecordingWriter::Write(absl::string_view bytes, int flush) {
  deflate_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  deflate_->avail_in = static_cast<uInt>(bytes.size());
  std::string compressed;
  do {
    const size_t size = compressed.size();
    compressed.resize(size + kChunkBytes);
    deflate_->next_out = reinterpret_cast<Bytef*>(&compressed[size]);
    deflate_->avail_out = kChunkBytes;
    deflate(deflate_.get(), flush);
    compressed.resize(compressed.size() - deflate_->avail_out);
  } while (deflate_->avail_out == 0);
  BERTHMASTER_RETURN_IF_ERROR(WriteAll(fd_.get(), compressed, path_));
  byte_count_ += static_cast<int64_t>(compressed.size());
  return absl::OkStatus();
}

}  // namespace berthmaster
