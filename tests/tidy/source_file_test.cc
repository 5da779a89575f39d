#include "tests/tidy/source_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berthmaster::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SplitCode, DropsComments) {
  const auto lines = SplitCode("a(); // rest\nb(); /* two\nlines */ c();\n");

  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0].code, "a(); ");
  EXPECT_EQ(lines[1].code, "b(); ");
  EXPECT_EQ(lines[2].code, " c();");
  EXPECT_EQ(lines[2].number, 3);
}

TEST(SplitCode, KeepsLiteralsApart) {
  const auto lines = SplitCode(R"(f("a // \" b", 'x', "c");)");

  EXPECT_EQ(lines[0].code, R"(f("", '', "");)");
  EXPECT_THAT(lines[0].literals, ElementsAre(R"(a // \" b)", "c"));
}

TEST(SplitCode, TakesARawStringAsOneLiteralOfItsFirstLine) {
  const auto lines = SplitCode("f(R\"x(one \"\n#include \"two.h\")x\");\ng();");

  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(lines[0].literals, ElementsAre("one \"\n#include \"two.h\""));
  EXPECT_THAT(lines[1].literals, IsEmpty());
  EXPECT_EQ(lines[2].code, "g();");
}

TEST(SplitCode, DoesNotTakeADigitSeparatorForACharacter) {
  const auto lines = SplitCode("int n = 1'000'000; f(\"s\");");

  EXPECT_EQ(lines[0].code, "int n = 1'000'000; f(\"\");");
}

TEST(SplitCode, EndsAtTheEndOfAnUnfinishedFile) {
  for (const char* text : {"", "\"", "R\"x(", "/*", "'", "'\\", "\"\\"}) {
    EXPECT_THAT(SplitCode(text), SizeIs(1)) << text;
  }
}

TEST(FindWord, RespectsIdentifiers) {
  EXPECT_EQ(FindWord("x = rand();", "rand("), 4U);
  EXPECT_EQ(FindWord("operand(); std::rand();", "rand("), 16U);
  EXPECT_EQ(FindWord("operand()", "rand("), absl::string_view::npos);
  EXPECT_EQ(FindWord("/system", "/sys"), absl::string_view::npos);
}

TEST(Violation, NamesFileLineRuleAndRemedy) {
  EXPECT_EQ((Violation{"agent/a.cc", 7, "clock", "take a Clock"}).ToString(),
            "agent/a.cc:7: [clock] take a Clock");
}

}  // namespace
}  // namespace berthmaster::tidy
