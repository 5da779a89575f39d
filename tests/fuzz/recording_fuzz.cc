#include "tests/fuzz/recording_fuzz.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/recording/record.h"
#include "common/recording/recording_reader.h"

namespace berthmaster {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

RecordingReader::Source SourceOf(absl::string_view bytes) {
  return [bytes](absl::Span<char> buffer) mutable -> absl::StatusOr<size_t> {
    const size_t count = std::min(buffer.size(), bytes.size());
    std::copy_n(bytes.begin(), count, buffer.begin());
    bytes.remove_prefix(count);
    return count;
  };
}

void ReadAll(absl::string_view bytes) {
  auto reader = RecordingReader::Make(SourceOf(bytes), "fuzz");
  if (!reader.ok()) {
    Require(absl::IsInvalidArgument(reader.status()) ||
            absl::IsFailedPrecondition(reader.status()));
    return;
  }
  int64_t last_sequence = 0;
  while (true) {
    auto sample = (*reader)->Next();
    if (!sample.ok()) {
      Require(absl::IsDataLoss(sample.status()) && !(*reader)->Next().ok());
      return;
    }
    if (!sample->has_value()) return;
    Require((**sample).sequence > last_sequence);
    last_sequence = (**sample).sequence;
  }
}

std::string Compressed(absl::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string compressed(size, '\0');
  Require(compress2(reinterpret_cast<Bytef*>(compressed.data()), &size,
                    reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 1) == Z_OK);
  compressed.resize(size);
  return compressed;
}

}  // namespace

void FuzzRecording(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string header = "berthmaster-recording 1 web-1 1800000000000000\n";
  ReadAll(bytes);
  ReadAll(header + bytes);
  ReadAll(header + Compressed(bytes));
  ReadAll(header + Compressed(EncodeRecord(bytes) + EncodeRecord(bytes)));
}

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz recording.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzRecording(data, size);
  return 0;
}
