#include "common/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <map>
#include <string>

#include "common/file/file.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ConfigTable Table() {
  return {
      {.name = "controller",
       .kind = ConfigKind::kEndpoint,
       .default_value = {"127.0.0.1:7600"},
       .help = "The controller."},
      {.name = "sample-interval",
       .kind = ConfigKind::kDuration,
       .default_value = {"1s"},
       .help = "The time between samples.",
       .duration_min = absl::Milliseconds(100),
       .duration_max = absl::Hours(1)},
      {.name = "profile",
       .kind = ConfigKind::kChoice,
       .default_value = {"observe"},
       .help = "What it may do.",
       .choices = {"observe", "enforce"}},
      {.name = "netns", .kind = ConfigKind::kStringList, .help = "Only these namespaces."},
      {.name = "insecure",
       .kind = ConfigKind::kBoolean,
       .default_value = {"false"},
       .help = "Allows plaintext."},
      {.name = "page-size",
       .kind = ConfigKind::kInteger,
       .default_value = {"100"},
       .help = "Rows of a page.",
       .integer_min = 1,
       .integer_max = 1000},
      {.name = "label", .default_value = {""}, .help = "A name."},
  };
}

class ConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/config_test.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern + "/agent.yaml";
  }

  void WriteYaml(const std::string& content) {
    ASSERT_TRUE(WriteFileAtomically(path_, content, 0600).ok());
    inputs_.file_path = path_;
  }

  void SetVariables(std::map<std::string, std::string> variables) {
    inputs_.environment =
        [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
      auto found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    };
  }

  // The message of the refusal, with the path of the file as FILE.
  std::string Refusal() {
    absl::StatusOr<Config> config = Config::Resolve(Table(), inputs_);
    if (config.ok()) return "accepted";
    std::string message(config.status().message());
    size_t at = message.find(path_);
    return at == std::string::npos ? message : message.replace(at, path_.size(), "FILE");
  }

  std::string path_;
  ConfigInputs inputs_;
};

TEST_F(ConfigTest, TakesDefaultsWhenNothingIsGiven) {
  absl::StatusOr<Config> config = Config::Resolve(Table(), inputs_);

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->GetEndpoint("controller").ToString(), "127.0.0.1:7600");
  EXPECT_EQ(config->GetDuration("sample-interval"), absl::Seconds(1));
  EXPECT_EQ(config->GetString("profile"), "observe");
  EXPECT_THAT(config->GetList("netns"), ElementsAre());
  EXPECT_FALSE(config->GetBoolean("insecure"));
  EXPECT_EQ(config->GetInteger("page-size"), 100);
  EXPECT_EQ(config->SourceOf("profile"), "default");
}

TEST_F(ConfigTest, PrefersFlagsOverEnvironmentOverFileOverDefault) {
  WriteYaml("sample-interval: 3s\nprofile: enforce\npage-size: 7\n");
  SetVariables({{"BERTHMASTER_SAMPLE_INTERVAL", "2s"}, {"BERTHMASTER_PAGE_SIZE", "8"}});
  inputs_.flags = {{"page-size", {"9"}}};

  absl::StatusOr<Config> config = Config::Resolve(Table(), inputs_);

  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->GetInteger("page-size"), 9);
  EXPECT_EQ(config->SourceOf("page-size"), "--page-size");
  EXPECT_EQ(config->GetDuration("sample-interval"), absl::Seconds(2));
  EXPECT_EQ(config->SourceOf("sample-interval"), "BERTHMASTER_SAMPLE_INTERVAL");
  EXPECT_EQ(config->GetString("profile"), "enforce");
  EXPECT_EQ(config->SourceOf("profile"), path_ + ":2");
}

TEST_F(ConfigTest, ReadsListsFromEachSource) {
  WriteYaml("netns: [blue, \"4026531840\"]\n");
  EXPECT_THAT(Config::Resolve(Table(), inputs_)->GetList("netns"),
              ElementsAre("blue", "4026531840"));

  SetVariables({{"BERTHMASTER_NETNS", "red,green"}});
  EXPECT_THAT(Config::Resolve(Table(), inputs_)->GetList("netns"), ElementsAre("red", "green"));

  inputs_.flags = {{"netns", {"a", "b"}}};
  EXPECT_THAT(Config::Resolve(Table(), inputs_)->GetList("netns"), ElementsAre("a", "b"));
}

TEST_F(ConfigTest, CountsAnEmptyVariableAsNotSet) {
  SetVariables({{"BERTHMASTER_PROFILE", ""}});

  EXPECT_EQ(Config::Resolve(Table(), inputs_)->SourceOf("profile"), "default");
}

TEST_F(ConfigTest, NamesTheFlagThatIsWrong) {
  inputs_.flags = {{"sample-interval", {"5"}}};

  EXPECT_EQ(Refusal(),
            "--sample-interval: '5' has no unit; write a number with a unit, such as 1s, 500ms or "
            "2m");
}

TEST_F(ConfigTest, NamesTheVariableThatIsWrong) {
  SetVariables({{"BERTHMASTER_PROFILE", "root"}});

  EXPECT_EQ(Refusal(), "BERTHMASTER_PROFILE: 'root' is not one of: observe, enforce");
}

TEST_F(ConfigTest, NamesFileLineAndKeyThatAreWrong) {
  WriteYaml("# comment\nprofile: observe\npage-size: many\n");

  EXPECT_EQ(Refusal(), "FILE:3: page-size: 'many' is not a whole number from 1 to 1000");
}

TEST_F(ConfigTest, RefusesAnUnknownKeyAndSaysWhichThereAre) {
  WriteYaml("profile: observe\nsampel-interval: 1s\n");

  EXPECT_EQ(Refusal(),
            "FILE:2: 'sampel-interval' is not a key; the keys are: controller, sample-interval, "
            "profile, netns, insecure, page-size, label");
}

TEST_F(ConfigTest, ChecksAValueThatAStrongerSourceHides) {
  WriteYaml("page-size: 0\n");
  inputs_.flags = {{"page-size", {"9"}}};

  EXPECT_EQ(Refusal(), "FILE:1: page-size: '0' is not a whole number from 1 to 1000");
}

TEST_F(ConfigTest, RefusesAListForOneValueAndOneValueForAList) {
  WriteYaml("page-size: [1]\n");
  EXPECT_EQ(Refusal(), "FILE:1: page-size: is a list; write one value");

  WriteYaml("netns: blue\n");
  EXPECT_EQ(Refusal(), "FILE:1: netns: is one value; write a list, such as [a, b]");
}

TEST_F(ConfigTest, RefusesAFlagGivenTwice) {
  inputs_.flags = {{"profile", {"observe", "enforce"}}};

  EXPECT_EQ(Refusal(), "--profile: has 2 values; exactly one is allowed");
}

TEST_F(ConfigTest, SaysThatAFileIsMissing) {
  inputs_.file_path = path_ + ".none";

  absl::StatusOr<Config> config = Config::Resolve(Table(), inputs_);

  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(config.status().message()), HasSubstr("--config: open "));
}

TEST_F(ConfigTest, PrintsYamlThatGivesTheSameConfiguration) {
  inputs_.flags = {
      {"netns", {"a \"b\"", "c"}}, {"sample-interval", {"1m30s"}}, {"label", {"x: #"}}};
  SetVariables({{"BERTHMASTER_INSECURE", "true"}});
  std::string yaml = Config::Resolve(Table(), inputs_)->ToYaml();
  EXPECT_THAT(yaml, HasSubstr("# The time between samples.\n"
                              "# DURATION; default: 1s; here from: --sample-interval\n"
                              "sample-interval: 1m30s\n"));
  EXPECT_THAT(yaml, HasSubstr("here from: BERTHMASTER_INSECURE\ninsecure: true\n"));

  inputs_ = {};
  WriteYaml(yaml);
  absl::StatusOr<Config> again = Config::Resolve(Table(), inputs_);

  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(again->GetList("netns"), ElementsAre("a \"b\"", "c"));
  EXPECT_EQ(again->GetDuration("sample-interval"), absl::Seconds(90));
  EXPECT_EQ(again->GetString("label"), "x: #");
  EXPECT_TRUE(again->GetBoolean("insecure"));
}

TEST(ConfigKeyTest, NamesVariablesAndValueForms) {
  EXPECT_EQ(EnvironmentName("sample-interval"), "BERTHMASTER_SAMPLE_INTERVAL");
  EXPECT_EQ(ValueForm(Table()[2]), "observe|enforce");
  EXPECT_EQ(FlagHelp(Table()[1]),
            "The time between samples. [default: 1s; environment: BERTHMASTER_SAMPLE_INTERVAL]");
}

}  // namespace
}  // namespace berthmaster
