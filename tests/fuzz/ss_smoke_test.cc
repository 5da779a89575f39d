#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/ss_fuzz.h"

namespace berthmaster {
namespace {

// Every form of a line, as ss 6.1.0 writes them.
constexpr absl::string_view kSeed =
    "LISTEN     0      128                        0.0.0.0%d0:9001            0.0.0.0:*     "
    "ino:102139 sk:1001 cgroup:/ <->\n"
    "LISTEN     0      5                                   *:8081                  *:*     "
    "ino:101916 sk:100f cgroup:/ v6only:0 <->\n"
    "LISTEN     0      128    [fe80::9c9e:2bff:feef:2d6d]%d0:9000               [::]:*     "
    "ino:102137 sk:1011 cgroup:/a b v6only:1 <->\n"
    "TIME-WAIT  0      0                   [::ffff:10.9.0.2]:49906 [::ffff:10.9.0.2]:8081  "
    "timer:(timewait,57sec,0) ino:0 sk:1014\n"
    "FIN-WAIT-2 0      0                            10.9.0.2:35440          10.9.0.2:8080  "
    "timer:(timewait,9.123ms,0) ino:0 sk:1007\n"
    "SYN-SENT   0      1                            10.9.0.2:38274          10.9.0.2:8090  "
    "timer:(on,688ms,0) uid:33 ino:102146 sk:100b cgroup:/x <->\n"
    "0      5                            10.9.0.2:8080 0.0.0.0:* ino:101915 sk:1002 "
    "cgroup:unreachable:2a <->\n";

void Fuzz(absl::string_view text) {
  FuzzSs(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(SsFuzz, TakesMutatedLines) {
  constexpr int kRuns = 20000;
  FakeRandom random(20261127);
  Fuzz(kSeed);
  for (int run = 0; run < kRuns; ++run) {
    std::string text(kSeed);
    const uint64_t change_count = 1 + random.Next() % 8;
    for (uint64_t change = 0; change < change_count; ++change) {
      const size_t to = random.Next() % text.size();
      // Half of the changes are bytes of the text itself, which get further.
      text[to] = random.Next() % 2 == 0 ? text[random.Next() % text.size()]
                                        : static_cast<char>(random.Next());
    }
    if (random.Next() % 2 == 0) text.resize(random.Next() % text.size());
    Fuzz(text);
  }
}

TEST(SsFuzz, TakesBytesWithoutSense) {
  FakeRandom random(7);
  for (int run = 0; run < 2000; ++run) {
    std::string text(random.Next() % 2048, '\0');
    for (char& c : text) c = random.Next() % 32 == 0 ? '\n' : static_cast<char>(random.Next());
    Fuzz(text);
  }
}

}  // namespace
}  // namespace berthmaster
