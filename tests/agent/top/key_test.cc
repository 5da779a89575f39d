#include "agent/top/key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseKeys, KnowsWhatTerminalsSend) {
  EXPECT_THAT(ParseKeys("q"), ElementsAre(Key{KeyCode::kText, 'q'}));
  EXPECT_THAT(ParseKeys("\x1b[A\x1b[B\x1bOA\x1b[5~\x1b[6~"),
              ElementsAre(Key{KeyCode::kUp}, Key{KeyCode::kDown}, Key{KeyCode::kUp},
                          Key{KeyCode::kPageUp}, Key{KeyCode::kPageDown}));
  EXPECT_THAT(
      ParseKeys("\x1b[H\x1b[F\r\n\x7f\b"),
      ElementsAre(Key{KeyCode::kHome}, Key{KeyCode::kEnd}, Key{KeyCode::kEnter},
                  Key{KeyCode::kEnter}, Key{KeyCode::kBackspace}, Key{KeyCode::kBackspace}));
}

TEST(ParseKeys, TellsTheEscapeKeyFromASequence) {
  EXPECT_THAT(ParseKeys("\x1b"), ElementsAre(Key{KeyCode::kEscape}));
  EXPECT_THAT(ParseKeys("\x1bq"), ElementsAre(Key{KeyCode::kEscape}, Key{KeyCode::kText, 'q'}));
}

TEST(ParseKeys, LeavesOutWhatItDoesNotKnow) {
  EXPECT_THAT(ParseKeys("\x1b[1;5D\x1b[200~\x1bOP"), IsEmpty());
  EXPECT_THAT(ParseKeys("\x1b[99"), IsEmpty());
  EXPECT_THAT(ParseKeys("\x01\xc3\xa9\xff"), IsEmpty());
  EXPECT_THAT(ParseKeys("\x1b[1;2Rx"), ElementsAre(Key{KeyCode::kText, 'x'}));
}

}  // namespace
}  // namespace berthmaster
