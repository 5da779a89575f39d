#include "common/sysctl/lesson.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "common/sysctl/setting_name.h"

namespace berthmaster {
namespace {

TEST(Lessons, HaveOneIdEachAndAKnownSetting) {
  std::set<std::string> ids;
  for (const Lesson& lesson : Lessons()) {
    EXPECT_TRUE(ids.insert(std::string(lesson.id)).second) << lesson.id;
    EXPECT_EQ(FindSettingName(lesson.setting), lesson.setting) << lesson.id;
    EXPECT_EQ(FindLesson(lesson.id), &lesson);
  }
  EXPECT_EQ(FindLesson("nonsense"), nullptr);
}

TEST(Lessons, SayWhyAndWhereItIsWritten) {
  for (const Lesson& lesson : Lessons()) {
    EXPECT_FALSE(lesson.reason.empty()) << lesson.id;
    EXPECT_FALSE(lesson.source.empty()) << lesson.id;
    EXPECT_EQ(lesson.reason.back(), '.') << lesson.id;
  }
}

}  // namespace
}  // namespace berthmaster
