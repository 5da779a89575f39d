#include "tests/fuzz/text_smoke.h"

#include <string>

#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

void Run(FuzzTarget fuzz, absl::string_view text) {
  fuzz(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

}  // namespace

void RunMutatedText(absl::string_view seed, FuzzTarget fuzz) {
  constexpr int kRuns = 20000;
  FakeRandom random(20261127);
  Run(fuzz, seed);
  for (int run = 0; run < kRuns; ++run) {
    std::string text(seed);
    const uint64_t change_count = 1 + random.Next() % 8;
    for (uint64_t change = 0; change < change_count; ++change) {
      const size_t to = random.Next() % text.size();
      // Half of the changes are bytes of the text itself, which get further.
      text[to] = random.Next() % 2 == 0 ? text[random.Next() % text.size()]
                                        : static_cast<char>(random.Next());
    }
    if (random.Next() % 2 == 0) text.resize(random.Next() % text.size());
    Run(fuzz, text);
  }
}

void RunTextWithoutSense(FuzzTarget fuzz) {
  FakeRandom random(7);
  for (int run = 0; run < 2000; ++run) {
    std::string text(random.Next() % 2048, '\0');
    for (char& c : text) c = random.Next() % 32 == 0 ? '\n' : static_cast<char>(random.Next());
    Run(fuzz, text);
  }
}

}  // namespace berthmaster
