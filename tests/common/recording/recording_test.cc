#include "common/recording/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/recording/recording_reader.h"
#include "common/recording/recording_writer.h"
#include "common/wire/sample_delta.h"
#include "tests/fixtures/sample_builder.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const absl::Time kStart = absl::FromUnixSeconds(1'800'000'000);
constexpr int kSampleCount = 20;

HostSample SampleAt(int second) {
  return SampleBuilder()
      .Sequence(second + 1)
      .At(kStart + absl::Seconds(second))
      .Churn(5, absl::Seconds(second))
      .Build();
}

struct Contents {
  std::vector<HostSample> samples;
  absl::Status status;
  bool is_finished = false;
};

Contents ReadAll(absl::StatusOr<std::unique_ptr<RecordingReader>> reader) {
  Contents contents;
  contents.status = reader.status();
  while (contents.status.ok()) {
    absl::StatusOr<std::optional<HostSample>> sample = (*reader)->Next();
    contents.status = sample.status();
    if (!sample.ok() || !sample->has_value()) break;
    contents.samples.push_back(**sample);
  }
  if (reader.ok()) contents.is_finished = (*reader)->is_finished();
  return contents;
}

Contents ReadAll(const std::string& path) { return ReadAll(RecordingReader::Open(path)); }

// The same bytes as if they were a file.
Contents ReadBytes(absl::string_view bytes) {
  return ReadAll(RecordingReader::Make(
      [bytes](absl::Span<char> buffer) mutable -> absl::StatusOr<size_t> {
        const size_t count = bytes.copy(buffer.data(), buffer.size());
        bytes.remove_prefix(count);
        return count;
      },
      "bytes"));
}

class RecordingTest : public testing::Test {
 protected:
  // A recording of kSampleCount samples; returns its bytes.
  std::string Record(bool finish = true) {
    auto writer = RecordingWriter::Create(path_, {"web-1", kStart}).value();
    for (int second = 0; second < kSampleCount; ++second) {
      EXPECT_TRUE(writer->Append(SampleAt(second)).ok());
    }
    if (finish) {
      EXPECT_TRUE(writer->Finish().ok());
    }
    std::string bytes = ReadFile(path_, 1 << 20).value();
    EXPECT_EQ(writer->byte_count(), static_cast<int64_t>(bytes.size()));
    EXPECT_EQ(writer->sample_count(), kSampleCount);
    return bytes;
  }
  void Rewrite(const std::string& bytes) {
    ASSERT_TRUE(WriteFileAtomically(path_, bytes, 0600).ok());
  }

  TempDirectory directory_;
  const std::string path_ = absl::StrCat(directory_.path(), "/run.bmr");
};

TEST_F(RecordingTest, GivesBackWhatWasAppended) {
  const std::string bytes = Record();
  EXPECT_THAT(bytes, StartsWith("berthmaster-recording 1 web-1 1800000000000000\n"));
  EXPECT_EQ(RecordingReader::Open(path_).value()->header(), (RecordingHeader{"web-1", kStart}));

  const Contents contents = ReadAll(path_);

  ASSERT_TRUE(contents.status.ok()) << contents.status;
  EXPECT_TRUE(contents.is_finished);
  ASSERT_EQ(contents.samples.size(), 20u);
  for (int second = 0; second < kSampleCount; ++second) {
    EXPECT_EQ(contents.samples[static_cast<size_t>(second)], SampleAt(second));
  }
}

TEST_F(RecordingTest, IsWholeUpToTheLastSampleWhenTheRecorderIsKilled) {
  Record(/*finish=*/false);
  const Contents contents = ReadAll(path_);
  ASSERT_TRUE(contents.status.ok()) << contents.status;
  EXPECT_FALSE(contents.is_finished);
  EXPECT_EQ(contents.samples.size(), 20u);
}

TEST_F(RecordingTest, IsReadUpToWhereItWasCut) {
  const std::string bytes = Record();
  const size_t header = bytes.find('\n') + 1;
  size_t last_count = 0;
  for (size_t size = header; size < bytes.size(); ++size) {
    const Contents contents = ReadBytes(absl::string_view(bytes).substr(0, size));
    ASSERT_TRUE(contents.status.ok()) << size << ": " << contents.status;
    EXPECT_FALSE(contents.is_finished) << size;
    EXPECT_GE(contents.samples.size(), last_count) << size;
    last_count = contents.samples.size();
    for (size_t i = 0; i < last_count; ++i) {
      ASSERT_EQ(contents.samples[i], SampleAt(static_cast<int>(i)));
    }
  }
  EXPECT_EQ(last_count, 20u);
}

TEST_F(RecordingTest, SaysWhatIsDamagedAndKeepsWhatIsBefore) {
  const std::string bytes = Record();
  int damaged_count = 0;
  for (size_t at = bytes.find('\n') + 1; at < bytes.size(); at += 7) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const Contents contents = ReadBytes(damaged);
    for (size_t i = 0; i < contents.samples.size(); ++i) {
      ASSERT_EQ(contents.samples[i], SampleAt(static_cast<int>(i))) << at;
    }
    if (contents.status.ok()) continue;
    ++damaged_count;
    EXPECT_TRUE(absl::IsDataLoss(contents.status)) << contents.status;
    EXPECT_THAT(contents.status.message(), HasSubstr("damaged after sample "));
  }
  EXPECT_GT(damaged_count, 10);
}

TEST_F(RecordingTest, RefusesAForeignVersionAndOtherFiles) {
  std::string bytes = Record();
  bytes.replace(bytes.find(" 1 "), 3, " 2 ");
  Rewrite(bytes);
  absl::Status status = ReadAll(path_).status;
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(status.message(), HasSubstr("has format version 2 and this program reads 1"));

  for (const char* other :
       {"", "\n", "SQLite format 3", "berthmaster-recording\n", "berthmaster-recording x web-1 0\n",
        "berthmaster-recording 1 web-1\n", "berthmaster-recording 1 ../x 0\n"}) {
    Rewrite(other);
    EXPECT_TRUE(absl::IsInvalidArgument(ReadAll(path_).status)) << other;
  }
  EXPECT_TRUE(absl::IsNotFound(ReadAll(absl::StrCat(path_, ".none")).status));
}

TEST_F(RecordingTest, IsNeverOverwritten) {
  Record();
  absl::Status status = RecordingWriter::Create(path_, {"web-1", kStart}).status();
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_THAT(status.message(), HasSubstr("name another file"));
  EXPECT_EQ(ReadAll(path_).samples.size(), 20u);
}

TEST_F(RecordingTest, IsSmall) {
  // A pool with a histogram that moves each second.
  EXPECT_LT(Record().size(), 4000u);
}

}  // namespace
}  // namespace berthmaster
