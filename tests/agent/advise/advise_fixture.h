#ifndef BERTHMASTER_TESTS_AGENT_ADVISE_ADVISE_FIXTURE_H_
#define BERTHMASTER_TESTS_AGENT_ADVISE_ADVISE_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/protocol/advice.h"

namespace berthmaster {

// Advice with everything that must be there; a test changes what matters to it.
inline DesiredAdvice CheckoutAdvice() {
  DesiredAdvice advice;
  advice.rollout = "rollouts/a";
  advice.netns_cookie = 4711;
  advice.netns_inode = 4026532000;
  advice.workload = "shop/checkout";
  advice.destination = IpAddress::Parse("10.0.0.2").value();
  advice.destination_port = 443;
  advice.connection_pool_size = 40;
  advice.connection_rate = 120;
  advice.hold_time = absl::Milliseconds(250);
  advice.ports_saved = 7200;
  return advice;
}

// A directory of the test's own, gone with the test.
class AdviseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Short, since a socket's path may have 107 bytes.
    std::string pattern = "/tmp/advise.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::string Directory() const { return root_ + "/advice"; }
  std::string PathOf(const std::string& name) const { return Directory() + "/" + name; }

  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Directory())) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string Read(const std::string& name) const {
    std::ifstream stream(PathOf(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(Directory());
    std::ofstream(PathOf(name)) << text;
  }

  std::string root_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_ADVISE_ADVISE_FIXTURE_H_
