#include "common/recording/recording_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "berthmaster/v1/agent.pb.h"
#include "common/file/file.h"
#include "common/recording/record.h"
#include "common/status/annotate.h"
#include "common/wire/sample_delta.h"

namespace berthmaster {
namespace {

constexpr size_t kInputBytes = 64 * 1024;
// A length that lies makes no larger buffer than the bytes that really come, rounded up to this.
constexpr size_t kGrowBytes = 256 * 1024;

absl::StatusOr<size_t> ReadSome(int fd, const std::string& path, absl::Span<char> buffer) {
  while (true) {
    const ssize_t count = read(fd, buffer.data(), buffer.size());
    if (count >= 0) return static_cast<size_t>(count);
    if (errno != EINTR) return ErrnoStatus(errno, absl::StrCat("read ", path));
  }
}

size_t PoolCount(const HostSample& sample) {
  size_t count = 0;
  for (const NetnsSample& netns : sample.namespaces) count += netns.pools.size();
  return count;
}

}  // namespace

void RecordingReader::EndInflate::operator()(z_stream_s* stream) const {
  inflateEnd(stream);
  std::default_delete<z_stream_s>()(stream);
}

RecordingReader::RecordingReader(Source source, std::string name,
                                 std::unique_ptr<z_stream_s, EndInflate> inflate)
    : source_(std::move(source)), name_(std::move(name)), inflate_(std::move(inflate)) {}

RecordingReader::~RecordingReader() = default;

absl::StatusOr<std::unique_ptr<RecordingReader>> RecordingReader::Open(const std::string& path) {
  auto fd = std::make_shared<UniqueFd>(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd->valid()) return ErrnoStatus(errno, path);
  return Make([fd, path](absl::Span<char> buffer) { return ReadSome(fd->get(), path, buffer); },
              path);
}

absl::StatusOr<std::unique_ptr<RecordingReader>> RecordingReader::Make(Source source,
                                                                       std::string name) {
  auto stream = std::make_unique<z_stream_s>();
  if (inflateInit(stream.get()) != Z_OK) {
    return absl::ResourceExhaustedError(absl::StrCat(name, ": no memory to inflate with"));
  }
  std::unique_ptr<z_stream_s, EndInflate> inflate(stream.release());
  auto reader = std::unique_ptr<RecordingReader>(
      new RecordingReader(std::move(source), std::move(name), std::move(inflate)));
  BERTHMASTER_RETURN_IF_ERROR(Annotate(reader->ReadHeader(), reader->name_));
  return reader;
}

absl::Status RecordingReader::ReadHeader() {
  BERTHMASTER_RETURN_IF_ERROR(ReadInput().status());
  absl::string_view read(reinterpret_cast<const char*>(inflate_->next_in), inflate_->avail_in);
  const size_t end = read.substr(0, kRecordingHeaderBytesMax).find('\n');
  // Without a line end it is no recording; what it is instead is not printed.
  BERTHMASTER_ASSIGN_OR_RETURN(
      header_, DecodeRecordingHeader(end == absl::string_view::npos ? "" : read.substr(0, end)));
  inflate_->next_in += end + 1;
  inflate_->avail_in -= static_cast<uInt>(end + 1);
  return absl::OkStatus();
}

absl::StatusOr<bool> RecordingReader::ReadInput() {
  input_.resize(kInputBytes);
  size_t size = 0;
  // A pipe gives what it has; the header is looked for in one piece.
  while (size < kRecordingHeaderBytesMax) {
    BERTHMASTER_ASSIGN_OR_RETURN(size_t count,
                                 source_(absl::MakeSpan(&input_[size], kInputBytes - size)));
    if (count == 0) break;
    size += count;
  }
  inflate_->next_in = reinterpret_cast<Bytef*>(input_.data());
  inflate_->avail_in = static_cast<uInt>(size);
  return size > 0;
}

absl::StatusOr<RecordingReader::Fill> RecordingReader::Inflate(std::string& bytes) {
  inflate_->next_out = reinterpret_cast<Bytef*>(bytes.data());
  inflate_->avail_out = static_cast<uInt>(bytes.size());
  while (inflate_->avail_out > 0) {
    if (inflate_->avail_in == 0) {
      BERTHMASTER_ASSIGN_OR_RETURN(bool more, ReadInput());
      if (!more) return Fill::kEnd;
    }
    const int result = inflate(inflate_.get(), Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
      is_finished_ = true;
      break;
    }
    if (result != Z_OK) return Damaged("its compressed bytes are damaged");
  }
  return inflate_->avail_out == 0 ? Fill::kFull : Fill::kEnd;
}

absl::StatusOr<std::optional<HostSample>> RecordingReader::Next() {
  BERTHMASTER_RETURN_IF_ERROR(damage_);
  if (is_finished_) return std::nullopt;
  absl::StatusOr<std::optional<HostSample>> sample = ReadSample();
  damage_ = sample.status();
  return sample;
}

absl::StatusOr<std::optional<HostSample>> RecordingReader::ReadSample() {
  std::string head_bytes(kRecordHeadBytes, '\0');
  BERTHMASTER_ASSIGN_OR_RETURN(Fill head_fill, Inflate(head_bytes));
  if (head_fill == Fill::kEnd) {
    const bool is_between = inflate_->avail_out == kRecordHeadBytes;
    if (is_finished_ && !is_between) return Damaged("it ends inside a record");
    return std::nullopt;
  }
  if (is_finished_) return Damaged("it ends inside a record");
  const RecordHead head = DecodeRecordHead(head_bytes);
  if (head.message_bytes > kRecordingMessageBytesMax) {
    return Damaged(absl::StrCat("a record says that it has ", head.message_bytes, " bytes"));
  }
  std::string message;
  while (message.size() < head.message_bytes) {
    std::string piece(std::min<size_t>(kGrowBytes, head.message_bytes - message.size()), '\0');
    BERTHMASTER_ASSIGN_OR_RETURN(Fill fill, Inflate(piece));
    if (fill == Fill::kEnd) {
      if (is_finished_) return Damaged("it ends inside a record");
      return std::nullopt;
    }
    message += piece;
  }
  if (RecordChecksum(message) != head.checksum) return Damaged("the checksum of a record is wrong");
  BERTHMASTER_ASSIGN_OR_RETURN(base_, DecodeMessage(message));
  return base_;
}

absl::StatusOr<HostSample> RecordingReader::DecodeMessage(const std::string& message) const {
  v1::Sample proto;
  if (!proto.ParseFromString(message)) return Damaged("a record is no sample");
  absl::StatusOr<HostSample> sample = FromDelta(proto, base_, header_.host_id);
  if (!sample.ok()) return Damaged(sample.status().message());
  if (sample->sequence <= base_.sequence) return Damaged("its samples are out of order");
  if (PoolCount(*sample) > kRecordingPoolsMax) return Damaged("a sample has too many pools");
  return sample;
}

absl::Status RecordingReader::Damaged(absl::string_view what) const {
  return absl::DataLossError(
      absl::StrCat(name_, ": damaged after sample ", base_.sequence, ": ", what));
}

}  // namespace berthmaster
