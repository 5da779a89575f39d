#include "controller/api/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berthmaster {
namespace {

using ::testing::ElementsAre;

const PageScope kScope{"ListPools", "filter"};

absl::StatusCode CodeOf(const PageScope& scope, absl::string_view token, size_t parts = 2) {
  return ParsePage(scope, 0, token, parts).status().code();
}

TEST(PageToken, GivesTheKeyBack) {
  const std::string token = MakePageToken(kScope, {"0.5", "hosts/a:1/\n"});

  const absl::StatusOr<Page> page = ParsePage(kScope, 10, token, 2);

  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->size, 10);
  EXPECT_THAT(page->after, ElementsAre("0.5", "hosts/a:1/\n"));
}

TEST(PageToken, IsMadeOfCharactersThatNeedNoEscape) {
  const std::string token = MakePageToken(kScope, {std::string(200, '\xff'), "?&/="});

  EXPECT_EQ(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(PageToken, SizesFollowTheContract) {
  EXPECT_EQ(ParsePage(kScope, 0, "", 2)->size, 100);
  EXPECT_EQ(ParsePage(kScope, 1, "", 2)->size, 1);
  EXPECT_EQ(ParsePage(kScope, 1001, "", 2)->size, 1000);
  EXPECT_EQ(ParsePage(kScope, -1, "", 2).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PageToken, OfAnotherFilterOrMethodIsRefused) {
  const std::string token = MakePageToken(kScope, {"a", "b"});

  EXPECT_EQ(CodeOf({"ListPools", "other"}, token), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf({"ListHosts", "filter"}, token), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(kScope, token, 1), absl::StatusCode::kInvalidArgument);
}

TEST(PageToken, EveryChangedCharacterIsFound) {
  const std::string token = MakePageToken(kScope, {"abcdef", "ghijklm"});
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const absl::StatusOr<Page> page = ParsePage(kScope, 0, changed, 2);
    // The last character of a base64 text can hold bits that mean nothing.
    if (page.ok()) {
      EXPECT_EQ(i, token.size() - 1);
      EXPECT_THAT(page->after, ElementsAre("abcdef", "ghijklm"));
    }
  }
}

TEST(PageToken, GarbageIsRefused) {
  EXPECT_EQ(CodeOf(kScope, "garbage!"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(kScope, "AAAA"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf(kScope, std::string(5000, 'A')), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace berthmaster
