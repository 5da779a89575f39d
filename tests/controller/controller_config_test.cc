#include "controller/controller_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "common/file/file.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<ControllerOptions> Options(
    const std::map<std::string, std::vector<std::string>>& flags) {
  ConfigInputs inputs;
  inputs.flags = flags;
  absl::StatusOr<Config> config = Config::Resolve(ControllerConfigTable(), inputs);
  if (!config.ok()) return config.status();
  return ToControllerOptions(*config, "");
}

TEST(ControllerConfig, DefaultsAreThoseOfTheContract) {
  const ControllerOptions options = Options({}).value();

  EXPECT_EQ(options.data_dir, "/var/lib/berthmaster-controller");
  EXPECT_EQ(options.listen.ToString(), "127.0.0.1:7600");
  EXPECT_EQ(options.web_listen.ToString(), "127.0.0.1:7680");
  EXPECT_EQ(options.engine.history_retention, absl::Hours(168));
  EXPECT_EQ(options.engine.host_timeout, absl::Seconds(30));
  EXPECT_EQ(options.engine.lease, absl::Seconds(60));
  EXPECT_EQ(options.engine.soak, absl::Seconds(10));
  EXPECT_EQ(options.engine.apply_timeout, absl::Seconds(60));
}

TEST(ControllerConfig, EveryKeyReachesItsOption) {
  const ControllerOptions options = Options({{"data-dir", {"/d"}},
                                             {"listen", {"[::1]:1"}},
                                             {"web-listen", {"localhost:2"}},
                                             {"web-root", {"/w"}},
                                             {"history-retention", {"2h"}},
                                             {"host-timeout", {"5s"}},
                                             {"soak", {"3s"}},
                                             {"lease", {"20s"}},
                                             {"apply-timeout", {"7s"}}})
                                        .value();

  EXPECT_EQ(options.data_dir, "/d");
  EXPECT_EQ(options.listen.ToString(), "[::1]:1");
  EXPECT_EQ(options.web_listen.ToString(), "localhost:2");
  EXPECT_EQ(options.web_root, "/w");
  EXPECT_EQ(options.engine.history_retention, absl::Hours(2));
  EXPECT_EQ(options.engine.host_timeout, absl::Seconds(5));
  EXPECT_EQ(options.engine.soak, absl::Seconds(3));
  EXPECT_EQ(options.engine.lease, absl::Seconds(20));
  EXPECT_EQ(options.engine.apply_timeout, absl::Seconds(7));
}

TEST(ControllerConfig, OtherAddressesThanLoopbackNeedInsecure) {
  for (const char* key : {"listen", "web-listen"}) {
    const absl::Status status = Options({{key, {"0.0.0.0:7000"}}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("--insecure"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("neither TLS nor authentication"));
    EXPECT_TRUE(Options({{key, {"0.0.0.0:7000"}}, {"insecure", {"true"}}}).ok());
  }
}

TEST(ControllerConfig, LeasesAreWithinWhatAnAgentTakes) {
  EXPECT_FALSE(Options({{"lease", {"4s"}}}).ok());
  EXPECT_FALSE(Options({{"lease", {"61m"}}}).ok());
  EXPECT_FALSE(Options({{"data-dir", {""}}}).ok());
}

TEST(ControllerConfig, TheDashboardIsFoundNearTheProgram) {
  TempDirectory root;
  ASSERT_TRUE(MakeDirectories(root.path() + "/build/release/bin").ok());
  ASSERT_TRUE(MakeDirectories(root.path() + "/web/dist").ok());
  const std::string program = root.path() + "/build/release/bin/berthmaster-controller";
  std::ofstream(program) << "x";

  EXPECT_EQ(DefaultWebRoot(program), root.path() + "/build/release/share/berthmaster/web");
  std::ofstream(root.path() + "/web/dist/index.html") << "x";
  EXPECT_EQ(DefaultWebRoot(program), root.path() + "/web/dist");
}

}  // namespace
}  // namespace berthmaster
