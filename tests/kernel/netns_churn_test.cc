#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/collect/linux_host_sampler.h"
#include "agent/kernel/linux_netns_directory.h"
#include "common/file/file.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/kernel/mounted_netns.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/netns_listing.h"

namespace berthmaster {
namespace {

// Some 10 s here; the figure of the promise, 10,000, takes a minute:
// BERTHMASTER_CHURN_NAMESPACES=10000 build/release/tests/kernel_many_netns_test
constexpr int kNamespacesDefault = 2000;
// How many of them are there at a time.
constexpr size_t kSlots = 64;
// What the heap may have grown by, though nothing is left to remember.
constexpr size_t kGrowthBytesMax = 512 * 1024;

int NamespaceCount() {
  const char* text = std::getenv("BERTHMASTER_CHURN_NAMESPACES");
  int count = 0;
  return text != nullptr && absl::SimpleAtoi(text, &count) ? count : kNamespacesDefault;
}

std::string Prefix() { return absl::StrCat("bmchurn-", getpid(), "-"); }

// Makes and deletes `count` namespaces, each under /run/netns, from a thread.
class Churn {
 public:
  explicit Churn(int count) : thread_([this, count] { Run(count); }) {}
  ~Churn() { thread_.join(); }
  bool is_done() const { return is_done_; }

 private:
  void Run(int count) {
    std::vector<std::unique_ptr<MountedNetns>> slots(kSlots);
    for (int i = 0; i < count; ++i) {
      std::unique_ptr<MountedNetns>& slot = slots[static_cast<size_t>(i) % kSlots];
      slot.reset();
      slot = MountedNetns::Make(absl::StrCat("/run/netns/", Prefix(), i)).value();
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

struct ChurnedSample {
  int churned_count = 0;
  size_t listed_count = 0;
};

// A sample that looks at the host anew.
ChurnedSample Sample(HostSampler& sampler, FakeClock& clock) {
  clock.Advance(kScanInterval);
  absl::StatusOr<HostSample> sample = sampler.Sample();
  EXPECT_EQ(sample.status(), absl::OkStatus());
  ChurnedSample result;
  if (!sample.ok()) return result;
  for (const NetnsSample& netns : sample->namespaces) {
    if (absl::StartsWith(netns.label, Prefix())) ++result.churned_count;
  }
  result.listed_count = sample->namespaces.size() + sample->limitations.size();
  return result;
}

TEST(NetnsChurn, NamespacesThatComeAndGoLeaveNothingBehind) {
  if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
  const int count = NamespaceCount();
  LinuxClock real_clock;
  FakeClock clock;
  const int files_before = OpenFileCount();
  const absl::Duration start = real_clock.MonotonicNow();
  auto sampler = MakeLinuxHostSampler({}, clock);
  int64_t churned_count = 0;
  int sample_count = 0;
  auto sample_during = [&](int namespaces) {
    Churn churn(namespaces);
    while (!churn.is_done()) {
      churned_count += Sample(*sampler, clock).churned_count;
      ++sample_count;
    }
  };
  // What a sampler allocates once for all is there after the first few.
  sample_during(static_cast<int>(2 * kSlots));
  Sample(*sampler, clock);
  const size_t heap_before = HeapBytes();

  sample_during(count);

  const ChurnedSample last = Sample(*sampler, clock);
  const size_t heap_after = HeapBytes();
  EXPECT_EQ(last.churned_count, 0);
  EXPECT_LE(static_cast<size_t>(HeldNetnsCount()), last.listed_count);
  EXPECT_LE(heap_after, heap_before + kGrowthBytesMax);
  // It would show nothing if the sampler had not seen them.
  EXPECT_GT(churned_count, count / 20);
  sampler.reset();
  EXPECT_EQ(OpenFileCount(), files_before);
  std::printf("%d namespaces in %.1f s, %d samples of %lld of them, heap %+lld bytes\n", count,
              absl::ToDoubleSeconds(real_clock.MonotonicNow() - start), sample_count,
              static_cast<long long>(churned_count),
              static_cast<long long>(heap_after) - static_cast<long long>(heap_before));
}

}  // namespace
}  // namespace berthmaster
