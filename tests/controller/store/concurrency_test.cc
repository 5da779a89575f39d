// Readers on several threads beside the writer.

#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "controller/store/sqlite/history_reader.h"
#include "controller/store/sqlite/history_writer.h"
#include "gtest/gtest.h"
#include "tests/controller/store/sample_state.h"
#include "tests/controller/store/temporary_directory.h"

namespace berthmaster {
namespace {

TEST(HistoryConcurrency, ReadersSeeWholeCommitsWhileTheWriterWorks) {
  TemporaryDirectory directory;
  std::string path = directory.File("history.db");
  auto writer = SqliteHistoryWriter::Open(path).value();
  ASSERT_TRUE(writer->Append({MakeEntry("web-1", 1, 1), MakeEntry("web-1", 1, 2)}).ok());
  auto reader = SqliteHistoryReader::Open(path).value();
  absl::Notification written;

  // More threads than connections.
  constexpr int kThreadCount = 8;
  std::vector<std::jthread> threads;
  threads.reserve(kThreadCount);
  for (int i = 0; i < kThreadCount; ++i) {
    threads.emplace_back([&] {
      int64_t seen = 0;
      do {
        int64_t count = reader->CountSamples("web-1", 1).value();
        EXPECT_EQ(count % 2, 0);
        EXPECT_GE(count, seen);
        seen = count;
        EXPECT_GE(reader->ReadPool(PoolNameOf("web-1"), At(0), At(10'000), 50).value().sample_count,
                  seen);
      } while (!written.HasBeenNotified());
    });
  }
  for (int64_t sequence = 3; sequence <= 400; sequence += 2) {
    ASSERT_TRUE(
        writer->Append({MakeEntry("web-1", 1, sequence), MakeEntry("web-1", 1, sequence + 1)})
            .ok());
  }
  written.Notify();
  threads.clear();

  EXPECT_EQ(reader->CountSamples("web-1", 1).value(), 400);
}

}  // namespace
}  // namespace berthmaster
