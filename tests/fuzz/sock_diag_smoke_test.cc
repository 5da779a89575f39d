#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "tests/agent/kernel/sock_diag_bytes.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/sock_diag_fuzz.h"

namespace berthmaster {
namespace {

// A dump with a bit of everything.
std::vector<uint8_t> SeedDump() {
  const std::vector<InetDiagFields> rows = {
      {.state = 10, .local_port = 40010},
      {.state = 7, .local_port = 40011},
      {.state = 1, .local_port = 40000, .destination_port = 443, .source = "10.0.0.1"},
      {.state = 6, .timer = 3, .local_port = 40002, .destination_port = 443, .expires_ms = 58000},
      {.family = 10, .state = 5, .timer = 3, .local_port = 40004, .source = "::ffff:10.0.0.1"},
      {.family = 10, .state = 2, .local_port = 40006, .source = "fd00::1", .destination = "::1"}};
  // INET_DIAG_SHUTDOWN (8) with its padding, INET_DIAG_SOCKOPT (22), INET_DIAG_CGROUP_ID (21).
  const std::vector<uint8_t> attributes = {5, 0, 8,  0, 3,  0, 0, 0, 6, 0, 22, 0, 0, 1,
                                           0, 0, 12, 0, 21, 0, 1, 2, 3, 4, 5,  6, 7, 8};
  std::vector<uint8_t> dump;
  for (const InetDiagFields& row : rows) {
    dump = Join({dump, NetlinkMessage(20, 1, Join({InetDiagPayload(row), attributes}))});
  }
  // Of an interrupted dump: NLM_F_DUMP_INTR in the flags.
  std::vector<uint8_t> interrupted = NetlinkMessage(20, 1, InetDiagPayload({}));
  interrupted[6] |= 0x10;
  return Join(
      {dump, interrupted, NetlinkMessage(2, 1, Number(-2)), NetlinkMessage(3, 1, Number(0))});
}

TEST(SockDiagFuzz, TakesItsCorpus) { RunCorpus("sock_diag", FuzzSockDiag); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(SockDiagFuzz, TakesMutatedDumps) {
  constexpr int kRuns = 20000;
  FakeRandom random(20261122);
  const std::vector<uint8_t> seed = SeedDump();
  FuzzSockDiag(seed.data(), seed.size());
  for (int run = 0; run < kRuns; ++run) {
    std::vector<uint8_t> bytes = seed;
    const uint64_t change_count = 1 + random.Next() % 8;
    for (uint64_t change = 0; change < change_count; ++change) {
      bytes[random.Next() % bytes.size()] = static_cast<uint8_t>(random.Next());
    }
    if (random.Next() % 2 == 0) bytes.resize(random.Next() % bytes.size());
    FuzzSockDiag(bytes.data(), bytes.size());
  }
}

TEST(SockDiagFuzz, TakesBytesWithoutSense) {
  FakeRandom random(7);
  for (int run = 0; run < 2000; ++run) {
    std::vector<uint8_t> bytes(random.Next() % 512);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Next());
    FuzzSockDiag(bytes.data(), bytes.size());
  }
}

}  // namespace
}  // namespace berthmaster
