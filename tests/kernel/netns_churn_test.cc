#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/netns/linux_netns_directory.h"
#include "common/file/file.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/mounted_netns.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"

namespace berthmaster {
namespace {

// Some 10 s on a quiet machine, a minute on a busy one. Fewer for a quick look:
// BERTHMASTER_CHURN_NAMESPACES=500 build/release/tests/kernel_many_netns_test
constexpr int kNamespacesDefault = 10000;
// How many of them are there at a time.
constexpr size_t kSlots = 64;
// What the heap may have grown by: the tunables of the last kSlowTunablesKeptMax (512) namespaces
// are kept, 1.5 KiB each, and the heap has holes. 160 bytes for each namespace would be more.
constexpr size_t kGrowthBytesMax = 1536 * 1024;

int NamespaceCount() {
  const char* text = std::getenv("BERTHMASTER_CHURN_NAMESPACES");
  int count = 0;
  return text != nullptr && absl::SimpleAtoi(text, &count) ? count : kNamespacesDefault;
}

std::vector<std::string> SlotNames() {
  std::vector<std::string> names;
  for (size_t i = 0; i < kSlots; ++i) names.push_back(absl::StrCat("bmchurn-", getpid(), "-", i));
  return names;
}

// Makes and deletes `count` namespaces, in turn under the names of the slots, from a thread.
class Churn {
 public:
  explicit Churn(int count) : thread_([this, count] { Run(count); }) {}
  ~Churn() { thread_.join(); }
  bool is_done() const { return is_done_; }

 private:
  void Run(int count) {
    const std::vector<std::string> names = SlotNames();
    std::vector<std::unique_ptr<MountedNetns>> slots(kSlots);
    for (int i = 0; i < count; ++i) {
      const size_t slot = static_cast<size_t>(i) % kSlots;
      slots[slot].reset();
      slots[slot] = MountedNetns::Make(absl::StrCat("/run/netns/", names[slot])).value();
    }
    slots.clear();
    is_done_ = true;
  }

  std::atomic<bool> is_done_ = false;
  std::thread thread_;
};

size_t HeapBytes() {
  malloc_trim(0);
  return mallinfo2().uordblks;
}

// How many namespaces a sample has that looks at the host anew.
int SampleAnew(HostSampler& sampler, FakeClock& clock) {
  clock.Advance(kScanInterval);
  absl::StatusOr<HostSample> sample = sampler.Sample();
  EXPECT_EQ(sample.status(), absl::OkStatus());
  return sample.ok() ? static_cast<int>(sample->namespaces.size()) : 0;
}

TEST(NetnsChurn, NamespacesThatComeAndGoLeaveNothingBehind) {
  if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  const int count = NamespaceCount();
  LinuxClock real_clock;
  FakeClock clock;
  const int files_before = OpenFileCount();
  const absl::Duration start = real_clock.MonotonicNow();
  // By its filter the sampler samples these and not what else lives on the host meanwhile.
  auto sampler = MakeLinuxHostSampler({SlotNames()}, clock);
  int64_t sampled_count = 0;
  int sample_count = 0;
  auto sample_during = [&](int namespaces) {
    Churn churn(namespaces);
    while (!churn.is_done()) {
      sampled_count += SampleAnew(*sampler, clock);
      ++sample_count;
    }
  };
  // What a sampler allocates once for all is there after the first few.
  sample_during(static_cast<int>(2 * kSlots));
  SampleAnew(*sampler, clock);
  const size_t heap_before = HeapBytes();

  sample_during(count);

  EXPECT_EQ(SampleAnew(*sampler, clock), 0);
  const size_t heap_after = HeapBytes();
  EXPECT_EQ(HeldNetnsCount(), 0);
  EXPECT_LE(heap_after, heap_before + kGrowthBytesMax);
  // It would show nothing if the sampler had not seen them.
  EXPECT_GT(sampled_count, 0);
  sampler.reset();
  EXPECT_EQ(OpenFileCount(), files_before);
  std::printf("%d namespaces in %.1f s, %d samples of %lld of them, heap %+lld bytes\n", count,
              absl::ToDoubleSeconds(real_clock.MonotonicNow() - start), sample_count,
              static_cast<long long>(sampled_count),
              static_cast<long long>(heap_after) - static_cast<long long>(heap_before));
}

}  // namespace
}  // namespace berthmaster
