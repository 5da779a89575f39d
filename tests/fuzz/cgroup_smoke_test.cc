#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/cgroup_fuzz.h"
#include "tests/fuzz/corpus.h"

namespace berthmaster {
namespace {

void Fuzz(const std::string& bytes) {
  FuzzCgroup(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

const std::vector<std::string>& Seeds() {
  const std::string uid = "1b5e4f0a-9c3d-4e6f-8a7b-0c1d2e3f4a5b";
  const std::string slice = "kubepods-burstable-pod1b5e4f0a_9c3d_4e6f_8a7b_0c1d2e3f4a5b.slice";
  const std::string id = "3f1c0e5f8a7b4d2e9c6b1a0f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b";
  static const auto* const kSeeds = new std::vector<std::string>{
      "0::/kubepods.slice/" + slice + "/cri-containerd-" + id + ".scope\n",
      "12:memory:/kubepods/besteffort/pod" + uid + "/" + id +
          "\n1:name=systemd:/system.slice/cron.service\n0::/\n",
      "/system.slice/containerd.service/" + slice + ":cri-containerd:" + id,
      R"(/machine.slice/machine-build\x2dhost.scope/../../lxc/web/_cpu.service)",
      R"(1207 29 0:4 net:[4026532281] /run/netns/bl\040ue rw shared:5 - nsfs nsfs rw)",
      "shop_web-7d9c5b_" + uid,
      "net:[4026531833]"};
  return *kSeeds;
}

TEST(CgroupFuzz, TakesItsCorpus) { RunCorpus("cgroup", FuzzCgroup); }

// A short, fixed run for every build; tests/fuzz/README.md says how to fuzz for long.
TEST(CgroupFuzz, TakesMutatedText) {
  constexpr int kRuns = 20000;
  FakeRandom random(20261122);
  for (const std::string& seed : Seeds()) Fuzz(seed);
  for (int run = 0; run < kRuns; ++run) {
    std::string bytes = Seeds()[random.Next() % Seeds().size()];
    const uint64_t change_count = 1 + random.Next() % 6;
    for (uint64_t change = 0; change < change_count; ++change) {
      const size_t at = random.Next() % bytes.size();
      switch (random.Next() % 3) {
        case 0:
          bytes[at] = static_cast<char>(random.Next());
          break;
        case 1:
          // What means something to the parsers.
          bytes[at] = "/:_-.\\[]\n 0p"[random.Next() % 12];
          break;
        default:
          bytes.insert(at, bytes.substr(at / 2, random.Next() % 64));
      }
    }
    if (random.Next() % 3 == 0) bytes.resize(1 + random.Next() % bytes.size());
    Fuzz(bytes);
  }
}

TEST(CgroupFuzz, TakesLongText) {
  for (const char* part : {"/x", "/", "\\x2d", ":", "0::/a.service\n", " ", "_", "/../.."}) {
    std::string bytes;
    while (bytes.size() < 100000) bytes += part;
    Fuzz(bytes);
  }
}

TEST(CgroupFuzz, TakesBytesWithoutSense) {
  FakeRandom random(7);
  for (int run = 0; run < 2000; ++run) {
    std::string bytes(random.Next() % 256, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.Next());
    Fuzz(bytes);
  }
}

}  // namespace
}  // namespace berthmaster
