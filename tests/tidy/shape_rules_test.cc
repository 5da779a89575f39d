#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/tidy/rules.h"

namespace berthmaster::tidy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Lines(int count) { return std::string(static_cast<size_t>(count), '\n'); }

TEST(CheckShape, BoundsTheLengthOfAFile) {
  EXPECT_THAT(CheckShape({"agent/agent.cc", Lines(500)}), IsEmpty());
  EXPECT_THAT(CheckShape({"agent/agent.cc", Lines(501)}), SizeIs(1));
  EXPECT_THAT(CheckShape({"web/src/app/app.tsx", Lines(501)}), SizeIs(1));
  EXPECT_THAT(CheckShape({"CHANGELOG.md", Lines(501)}), IsEmpty());
}

TEST(CheckShape, BansNamesThatSayNothing) {
  EXPECT_THAT(CheckShape({"agent/string_utils.cc", ""}), SizeIs(1));
  EXPECT_THAT(CheckShape({"web/src/base/timeHelper.ts", ""}), SizeIs(1));
  EXPECT_THAT(CheckShape({"controller/SessionManager.h", ""}), SizeIs(1));
  EXPECT_THAT(CheckShape({"controller/utilization.cc", ""}), IsEmpty());
}

TEST(CheckReadmes, WantOneInEachFolderWithSources) {
  EXPECT_THAT(CheckReadmes({{"agent/agent.cc", ""}, {"agent/README.md", Lines(40)}}), IsEmpty());
  EXPECT_THAT(CheckReadmes({{"agent/agent.cc", ""}, {"README.md", ""}}), SizeIs(1));
  EXPECT_THAT(CheckReadmes({{"docs/picture.txt", ""}}), IsEmpty());
}

TEST(CheckReadmes, BoundTheirLength) {
  const auto violations = CheckReadmes({{"agent/agent.cc", ""}, {"agent/README.md", Lines(41)}});

  ASSERT_THAT(violations, SizeIs(1));
  EXPECT_THAT(violations[0].ToString(), HasSubstr("agent/README.md:41: [readme] 41 lines"));
}

TEST(CheckReadmes, DoNotWantOneInAMirrorFolder) {
  EXPECT_THAT(CheckReadmes({{"tests/common/net/endpoint_test.cc", ""}}), IsEmpty());
  EXPECT_THAT(CheckReadmes({{"tests/fakes/fake_clock.cc", ""}}), SizeIs(1));
}

}  // namespace
}  // namespace berthmaster::tidy
