#include "common/recording/recording.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/ids/ids.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kMagic = "berthmaster-recording";

}  // namespace

std::string EncodeRecordingHeader(const RecordingHeader& header) {
  return absl::StrCat(kMagic, " ", kRecordingVersion, " ", header.host_id, " ",
                      absl::ToUnixMicros(header.start_time), "\n");
}

absl::StatusOr<RecordingHeader> DecodeRecordingHeader(absl::string_view line) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  if (words.size() < 2 || words[0] != kMagic) {
    return absl::InvalidArgumentError(
        "this is no recording of berthmaster-agent sample --record: its first line is another");
  }
  int64_t version = 0;
  if (!absl::SimpleAtoi(words[1], &version) || version < 1) {
    return absl::InvalidArgumentError("the version of this recording is no number");
  }
  // What follows the version is the version's own business.
  if (version != kRecordingVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("this recording has format version ", version, " and this program reads ",
                     kRecordingVersion, ": replay it with the release that recorded it"));
  }
  RecordingHeader header;
  int64_t start_us = 0;
  if (words.size() != 4 || !absl::SimpleAtoi(words[3], &start_us)) {
    return absl::InvalidArgumentError("the first line of this recording is damaged");
  }
  header.host_id = std::string(words[2]);
  BERTHMASTER_RETURN_IF_ERROR(
      Annotate(CheckHostId(header.host_id), "the first line of this recording"));
  header.start_time = absl::FromUnixMicros(start_us);
  return header;
}

}  // namespace berthmaster
