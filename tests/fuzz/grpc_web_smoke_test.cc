#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/corpus.h"
#include "tests/fuzz/grpc_web_fuzz.h"

namespace berthmaster {
namespace {

void Fuzz(const std::string& bytes) {
  FuzzGrpcWeb(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

TEST(GrpcWebFuzz, TakesItsCorpus) { RunCorpus("grpc_web", FuzzGrpcWeb); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(GrpcWebFuzz, TakesMutatedInput) {
  constexpr int kRuns = 20000;
  const std::vector<std::string> seeds = {std::string("\0\0\0\0\x03"
                                                      "abc",
                                                      8),
                                          "AAAAAANhYmM=",
                                          "AAAAAAM=YWJj",
                                          "10S",
                                          "/berthmaster.v1.PoolService/ListPools",
                                          "/assets/app-1a2b3c4d.js?x=%2e%2e",
                                          "http://localhost:7680",
                                          "[::1]:7680",
                                          "application/grpc-web-text+proto; charset=utf-8"};
  FakeRandom random(20261122);
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

TEST(GrpcWebFuzz, TakesBytesWithoutSense) {
  FakeRandom random(7);
  for (int run = 0; run < 2000; ++run) {
    std::string bytes(random.Next() % 256, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Next());
    Fuzz(bytes);
  }
}

}  // namespace
}  // namespace berthmaster
