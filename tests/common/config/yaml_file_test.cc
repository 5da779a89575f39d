#include "common/config/yaml_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Why the content is refused; empty when it is not.
std::string Refusal(const std::string& content) {
  absl::StatusOr<std::vector<YamlEntry>> entries = ParseConfigYaml("f.yaml", content);
  if (entries.ok()) return "";
  EXPECT_EQ(entries.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(entries.status().message());
}

TEST(ParseConfigYaml, ReadsTextsAndListsWithTheirLines) {
  absl::StatusOr<std::vector<YamlEntry>> entries =
      ParseConfigYaml("f.yaml", "a: 1s\n\n# note\nb: [x, 'y']\nc:\n  - z\nd: []\n");

  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 4u);
  EXPECT_EQ((*entries)[0].key, "a");
  EXPECT_THAT((*entries)[0].texts, ElementsAre("1s"));
  EXPECT_FALSE((*entries)[0].is_list);
  EXPECT_EQ((*entries)[1].line, 4);
  EXPECT_THAT((*entries)[1].texts, ElementsAre("x", "y"));
  EXPECT_THAT((*entries)[2].texts, ElementsAre("z"));
  EXPECT_TRUE((*entries)[3].is_list);
  EXPECT_THAT((*entries)[3].texts, IsEmpty());
}

TEST(ParseConfigYaml, ReadsQuotesAfterOtherLetters) {
  absl::StatusOr<std::vector<YamlEntry>> entries =
      ParseConfigYaml("f.yaml", "\"ä\": [ünï, \"x\\\"y\", 'it''s']\r\n");

  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_THAT(entries->front().texts, ElementsAre("ünï", "x\"y", "it's"));
}

TEST(ParseConfigYaml, RefusesOtherEncodings) {
  const std::string why = "f.yaml:1: is not UTF-8 text, or begins with a byte order mark";
  EXPECT_EQ(Refusal("\xef\xbb\xbf"
                    "a: 1\n"),
            why);
  EXPECT_EQ(Refusal(std::string("a\0:\0 \0x\0", 8)), why);
}

TEST(ParseConfigYaml, TakesAnEmptyFileAndOneOfComments) {
  EXPECT_EQ(Refusal(""), "");
  EXPECT_EQ(Refusal("# nothing yet\n"), "");
  EXPECT_EQ(Refusal("---\n"), "");
}

TEST(ParseConfigYaml, RefusesWhatIsNoFlatMap) {
  EXPECT_EQ(Refusal("just text\n"),
            "f.yaml:1: the file is not a map; write lines of the form key: value");
  EXPECT_EQ(Refusal("- a\n"), "f.yaml:1: the file is a list; write lines of the form key: value");
  EXPECT_EQ(Refusal("a:\n  b: 1\n"), "f.yaml:1: a has a map inside; keys have no parts");
  EXPECT_EQ(Refusal("a: [[1]]\n"), "f.yaml:1: a has a list in a list; a list holds texts");
  EXPECT_EQ(Refusal("a: 1\nb:\n"), "f.yaml:2: b has no value; write one or leave the key out");
  EXPECT_EQ(Refusal("? [a]\n: 1\n"), "f.yaml:1: the file has a list as a key; a key is a name");
  EXPECT_EQ(Refusal("a: 1\n---\nb: 2\n"), "f.yaml:2: the file has a second document; write one");
}

TEST(ParseConfigYaml, RefusesAKeyGivenTwice) {
  EXPECT_EQ(Refusal("a: 1\nb: 2\na: 3\n"), "f.yaml:3: a is given twice; it stands in line 1 too");
}

TEST(ParseConfigYaml, RefusesAnchorsAliasesAndTags) {
  EXPECT_EQ(Refusal("a: &x 1\n"), "f.yaml:1: a has an anchor; write the value itself");
  EXPECT_EQ(Refusal("a: !!int 1\n"), "f.yaml:1: a has a tag; leave it out");
  EXPECT_THAT(Refusal("a: *x\n"), StartsWith("f.yaml:1: "));
}

TEST(ParseConfigYaml, RefusesABombAtItsFirstAnchor) {
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'k'; ++c) {
    char before = static_cast<char>(c - 1);
    absl::StrAppend(&bomb, std::string(1, c), ": &", std::string(1, c), " [*",
                    std::string(1, before), ",*", std::string(1, before), "]\n");
  }

  EXPECT_EQ(Refusal(bomb), "f.yaml:1: a has an anchor; write the value itself");
}

TEST(ParseConfigYaml, RefusesWhatIsTooLargeOrTooDeep) {
  EXPECT_EQ(Refusal(std::string(1024 * 1024 + 1, '#')),
            "f.yaml has 1048577 bytes; 1048576 are allowed");
  EXPECT_THAT(Refusal(std::string(100000, '[')), StartsWith("f.yaml:1: "));
  EXPECT_THAT(Refusal(absl::StrCat("a: ", std::string(100000, '{'))), StartsWith("f.yaml:1: "));
  std::string many;
  for (int i = 0; i < 1001; ++i) absl::StrAppend(&many, "k", i, ": 1\n");
  EXPECT_EQ(Refusal(many), "f.yaml:1001: the file has too many keys");
}

TEST(ParseConfigYaml, SaysWhereTheSyntaxIsWrong) {
  EXPECT_EQ(Refusal("a: 1\nb: \"open\nc: 2\n"),
            "f.yaml:2: b has a quote that does not end in its line");
  EXPECT_EQ(Refusal("b: 'open"), "f.yaml:1: illegal EOF in scalar");
  EXPECT_EQ(Refusal("a: |\n  x\n"), "f.yaml:1: a has a block text; write it in one line");
  EXPECT_THAT(Refusal("a: 1\n\tb: 2\n"), StartsWith("f.yaml:"));
}

TEST(ParseConfigYaml, SurvivesRandomBytes) {
  FakeRandom random(7);
  const std::string marks = "abz:-[]{}&*!?|>'\"%@`#, \n\t0\xff\xc3\\~";
  for (int round = 0; round < 3000; ++round) {
    std::string content;
    uint64_t length = random.Next() % 80;
    for (uint64_t i = 0; i < length; ++i) {
      uint64_t bits = random.Next();
      content += bits % 8 == 0 ? static_cast<char>(bits >> 8) : marks[(bits >> 8) % marks.size()];
    }

    absl::StatusOr<std::vector<YamlEntry>> entries = ParseConfigYaml("f.yaml", content);

    if (!entries.ok()) {
      EXPECT_EQ(entries.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(entries.status().message()), StartsWith("f.yaml:"));
    }
  }
}

TEST(QuoteYaml, GivesTextsThatReadBackTheSame) {
  for (const std::string text : {"", "true", "a: b # c", "\"quoted\\\"", "ünïcode", "- x"}) {
    absl::StatusOr<std::vector<YamlEntry>> entries =
        ParseConfigYaml("f.yaml", absl::StrCat("a: ", QuoteYaml(text), "\n"));
    ASSERT_TRUE(entries.ok()) << entries.status();
    EXPECT_THAT(entries->front().texts, ElementsAre(text));
  }
}

}  // namespace
}  // namespace berthmaster
