// The same circle by hand in the dashboard: a headless Chromium sees the incident, approves the
// recommendation and watches the rollout.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/circle/berthmaster_stack.h"
#include "tests/circle/named_netns.h"

namespace berthmaster {
namespace {

constexpr char kPortRange[] = "net.ipv4.ip_local_port_range";
// The script has bounds of its own for every step; this one is for a browser that hangs.
constexpr absl::Duration kScriptLimit = absl::Minutes(8);

TEST(DashboardCircle, ApprovesInTheBrowserAndSeesTheIncidentResolved) {
  if (std::string why = WhyNoNamespaces(); !why.empty()) GTEST_SKIP() << why;
  const char* source_directory = std::getenv("BERTHMASTER_SOURCE_DIR");
  ASSERT_NE(source_directory, nullptr) << "run the test by ./dev test";
  std::string web = absl::StrCat(source_directory, "/web");
  if (!std::filesystem::exists(absl::StrCat(web, "/dist/index.html"))) {
    GTEST_SKIP() << "the dashboard is not built; ./dev test builds it";
  }
  if (!std::filesystem::exists("/usr/bin/chromium")) GTEST_SKIP() << "there is no chromium";
  NamedNetns sick("web");
  sick.WriteSysctl(kPortRange, "40000\t40399");
  BerthmasterStack stack({"--profile", "enforce", "--netns", sick.name()});
  auto load = sick.Start({BinaryPath("berthmaster-demo-workload"), "--source", "10.9.0.1",
                          "--destination", "10.9.0.2:8080", "--rate", "20", "--seconds", "540"});

  std::map<std::string, std::string> environment = {{"BERTHMASTER_WEB_URL", stack.web_url()}};
  auto script = ChildProcess::Start({"node", absl::StrCat(web, "/e2e/circle.mjs")}, environment);

  EXPECT_EQ(script->WaitForExit(kScriptLimit), 0) << script->Output() << stack.Logs();
  EXPECT_NE(sick.ReadSysctl(kPortRange), "40000\t40399") << "the approved range is not in force";
}

}  // namespace
}  // namespace berthmaster
