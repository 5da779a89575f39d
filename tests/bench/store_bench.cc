// What the history costs the controller: CPU of a report of 30 pools through Append in batches of
// 100, bytes on disk per pool-sample, and a day of one pool read back.

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/net/ip_address.h"
#include "controller/model/names.h"
#include "controller/store/sqlite/history_reader.h"
#include "controller/store/sqlite/history_writer.h"

namespace berthmaster {
namespace {

constexpr int kPoolsPerReport = 30;
constexpr int kReportsPerBatch = 100;
constexpr int kHosts = 1000;
// Twice what it takes until samples become blocks, and a little more.
constexpr int kRounds = 140;
constexpr int64_t kDaySeconds = 86'400;
const absl::Time kStart = absl::FromUnixSeconds(1767225600);

PoolSample MakePool(int host, int pool, int64_t round) {
  const uint8_t source[] = {10, static_cast<uint8_t>(host >> 8), static_cast<uint8_t>(host), 1};
  const uint8_t destination[] = {192, 168, 0, static_cast<uint8_t>(pool)};
  PoolSample sample;
  sample.key = {IpAddress::V4(source), IpAddress::V4(destination), 443};
  sample.capacity = 28232;
  sample.in_use = static_cast<int32_t>((host * 31 + pool * 7 + round * 13) % 20000);
  sample.states[TcpState::kTimeWait] = sample.in_use / 2;
  sample.states[TcpState::kEstablished] = sample.in_use / 2;
  sample.connection_rate = sample.in_use / 61.0;
  return sample;
}

HistoryEntry MakeEntry(int host, int64_t sequence, absl::Time sample_time, int pool_count) {
  NetnsSample netns;
  netns.cookie = 1;
  for (int pool = 0; pool < pool_count; ++pool) {
    netns.pools.push_back(MakePool(host, pool, sequence));
  }
  auto sample = std::make_shared<HostSample>();
  sample->sequence = sequence;
  sample->sample_time = sample_time;
  sample->namespaces.push_back(std::move(netns));
  return {absl::StrCat("host-", host), 1, std::move(sample)};
}

int64_t BytesOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "store_bench: %s\n", status.ToString().c_str());
  std::exit(1);
}

template <typename T>
T Get(absl::StatusOr<T> value) {
  Check(value.status());
  return *std::move(value);
}

void BenchAppend(const std::string& path) {
  LinuxClock clock;
  auto writer = Get(SqliteHistoryWriter::Open(path));
  absl::Duration cpu;
  absl::Duration wall;
  for (int round = 0; round < kRounds; ++round) {
    for (int first = 0; first < kHosts; first += kReportsPerBatch) {
      std::vector<HistoryEntry> entries;
      for (int host = first; host < first + kReportsPerBatch; ++host) {
        entries.push_back(
            MakeEntry(host, round + 1, kStart + round * absl::Seconds(10), kPoolsPerReport));
      }
      absl::Duration cpu_before = clock.ThreadCpuNow();
      absl::Duration wall_before = clock.MonotonicNow();
      Check(writer->Append(entries));
      // The first round makes the pools; what counts is the long run.
      if (round == 0) continue;
      cpu += clock.ThreadCpuNow() - cpu_before;
      wall += clock.MonotonicNow() - wall_before;
    }
  }
  writer.reset();
  constexpr int64_t kReports = int64_t{kHosts} * (kRounds - 1);
  constexpr int64_t kRows = int64_t{kHosts} * kRounds * kPoolsPerReport;
  std::printf("append: %d hosts x %d pools, batches of %d, FULL sync\n", kHosts, kPoolsPerReport,
              kReportsPerBatch);
  std::printf("  CPU per report        %8.1f us\n", absl::ToDoubleMicroseconds(cpu) / kReports);
  std::printf("  wall per report       %8.1f us\n", absl::ToDoubleMicroseconds(wall) / kReports);
  std::printf("  pool-samples          %8lld\n", static_cast<long long>(kRows));
  std::printf("  bytes per pool-sample %8.1f\n", static_cast<double>(BytesOf(path)) / kRows);
}

void BenchReadDay(const std::string& path) {
  LinuxClock clock;
  auto writer = Get(SqliteHistoryWriter::Open(path));
  for (int64_t second = 0; second < kDaySeconds;) {
    std::vector<HistoryEntry> entries;
    for (int i = 0; i < 5000 && second < kDaySeconds; ++i, ++second) {
      entries.push_back(MakeEntry(0, second + 1, kStart + absl::Seconds(second), 1));
    }
    Check(writer->Append(entries));
  }
  auto reader = Get(SqliteHistoryReader::Open(path));
  std::string name = PoolName("host-0", 1, MakePool(0, 0, 0));
  absl::Duration best = absl::InfiniteDuration();
  absl::Duration best_cpu = absl::InfiniteDuration();
  for (int i = 0; i < 5; ++i) {
    absl::Duration before = clock.MonotonicNow();
    absl::Duration cpu_before = clock.ThreadCpuNow();
    PoolHistory history =
        Get(reader->ReadPool(name, kStart, kStart + absl::Seconds(kDaySeconds), 1000));
    if (history.sample_count != kDaySeconds) Check(absl::InternalError("rows are missing"));
    best = std::min(best, clock.MonotonicNow() - before);
    best_cpu = std::min(best_cpu, clock.ThreadCpuNow() - cpu_before);
  }
  std::printf("read: a day of one pool at 1 s (%lld rows) thinned to 1000 points\n",
              static_cast<long long>(kDaySeconds));
  std::printf("  wall, best of 5       %8.1f ms\n", absl::ToDoubleMilliseconds(best));
  std::printf("  CPU, best of 5        %8.1f ms\n", absl::ToDoubleMilliseconds(best_cpu));
}

int Main() {
  std::string directory = (std::filesystem::temp_directory_path() / "store_bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    std::perror(directory.c_str());
    return 1;
  }
  BenchAppend(absl::StrCat(directory, "/append.db"));
  BenchReadDay(absl::StrCat(directory, "/day.db"));
  std::filesystem::remove_all(directory);
  return 0;
}

}  // namespace
}  // namespace berthmaster

int main() { return berthmaster::Main(); }
