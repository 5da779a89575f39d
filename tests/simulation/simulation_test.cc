// Runs many seeds: `simulation_test` as many as CI has time for, `--seeds=N --first=M` others,
// `--seed=M` one of them, with the log.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/log/log.h"
#include "tests/simulation/world.h"

namespace berthmaster::simulation {
namespace {

uint64_t first_seed = 1;
uint64_t seed_count = 10'000;
bool is_single = false;

// In memory, since each journal is synced at each change.
std::filesystem::path DirectoryFor(int worker) {
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path base =
      std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  return base / absl::StrCat("berthmaster-simulation-", getpid(), "-", worker);
}

struct Totals {
  std::mutex mutex;
  int confirmed = 0;
  int reverted = 0;
  int failed = 0;
  std::vector<std::string> violations;
};

void Work(int worker, std::atomic<uint64_t>& next, Totals& totals) {
  const std::filesystem::path directory = DirectoryFor(worker);
  for (uint64_t seed = next++; seed < first_seed + seed_count; seed = next++) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    const Outcome outcome = RunSeed(seed, directory);
    std::lock_guard<std::mutex> lock(totals.mutex);
    totals.confirmed += outcome.confirmed;
    totals.reverted += outcome.reverted;
    totals.failed += outcome.failed;
    for (const std::string& violation : outcome.violations) {
      totals.violations.push_back(absl::StrCat("--seed=", seed, ": ", violation));
    }
  }
  std::filesystem::remove_all(directory);
}

TEST(Simulation, NothingUnapprovedNothingPastItsLeaseNothingOfAnAdministratorsLost) {
  std::atomic<uint64_t> next = first_seed;
  Totals totals;
  const int count =
      is_single ? 1 : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  std::vector<std::thread> workers;
  for (int i = 0; i < count; ++i) workers.emplace_back([&, i] { Work(i, next, totals); });
  for (std::thread& worker : workers) worker.join();

  std::cout << seed_count << " seeds: " << totals.confirmed << " rollouts confirmed, "
            << totals.reverted << " reverted, " << totals.failed << " failed\n";
  constexpr size_t kShown = 20;
  for (size_t i = 0; i < std::min(kShown, totals.violations.size()); ++i) {
    ADD_FAILURE() << totals.violations[i];
  }
  EXPECT_EQ(totals.violations.size(), 0U);
  if (is_single) return;
  // A simulation in which nothing happens proves nothing.
  EXPECT_GT(totals.confirmed, static_cast<int>(seed_count / 4));
  EXPECT_GT(totals.reverted, static_cast<int>(seed_count / 20));
}

bool TakeNumber(absl::string_view argument, absl::string_view name, uint64_t& number) {
  return absl::ConsumePrefix(&argument, name) && absl::SimpleAtoi(argument, &number);
}

}  // namespace
}  // namespace berthmaster::simulation

int main(int argc, char** argv) {
  using namespace berthmaster::simulation;
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (TakeNumber(argv[i], "--seed=", first_seed)) {
      seed_count = 1;
      is_single = true;
    } else if (!TakeNumber(argv[i], "--seeds=", seed_count) &&
               !TakeNumber(argv[i], "--first=", first_seed)) {
      std::cerr << argv[i] << ": write --seed=N, or --seeds=N and --first=N\n";
      return 2;
    }
  }
  if (!is_single && !berthmaster::SetLogLevel("error").ok()) return 2;
  return RUN_ALL_TESTS();
}
