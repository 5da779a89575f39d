#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "berthmaster/v1/agent.pb.h"
#include "common/file/file.h"
#include "common/recording/recording_writer.h"
#include "common/wire/sample_wire.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fixtures/sample_builder.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/recording_fuzz.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

constexpr int kRuns = 3000;

void Fuzz(const std::string& bytes) {
  FuzzRecording(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

std::string SoundFile() {
  TempDirectory directory;
  const std::string path = directory.path() + "/run.bmr";
  auto writer = RecordingWriter::Create(path, {"web-1", absl::FromUnixSeconds(1)}).value();
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(writer->Append(SampleBuilder().Churn(5, absl::Seconds(i)).Build()).ok());
  }
  EXPECT_TRUE(writer->Finish().ok());
  return ReadFile(path, 1 << 20).value();
}

TEST(RecordingFuzz, TakesItsCorpus) { RunCorpus("recording", FuzzRecording); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(RecordingFuzz, TakesMutatedInput) {
  const std::vector<std::string> seeds = {
      SoundFile(),
      ToProto("web-1", SampleBuilder().Sequence(1).Churn(5, absl::Seconds(9)).Build())
          .SerializeAsString(),
      ToProto("web-1", SampleBuilder().Sequence(2).Pools(3).Build()).SerializeAsString()};
  FakeRandom random(20261127);
  for (const std::string& seed : seeds) Fuzz(seed);
  for (int run = 0; run < kRuns; ++run) {
    std::string bytes = seeds[random.Next() % seeds.size()];
    const uint64_t change_count = 1 + random.Next() % 6;
    for (uint64_t change = 0; change < change_count; ++change) {
      bytes[random.Next() % bytes.size()] = static_cast<char>(random.Next());
    }
    if (random.Next() % 3 == 0) bytes.resize(1 + random.Next() % bytes.size());
    Fuzz(bytes);
  }
}

TEST(RecordingFuzz, TakesBytesWithoutSense) {
  FakeRandom random(7);
  for (int run = 0; run < 1000; ++run) {
    std::string bytes(random.Next() % 256, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Next());
    Fuzz(bytes);
  }
}

}  // namespace
}  // namespace berthmaster
