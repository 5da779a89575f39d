#include "agent/link/inbox.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

TEST(Inbox, KeepsTheNewestOfEachKind) {
  Inbox inbox;
  inbox.Begin(1);
  inbox.Update(1, [](SessionNews& news) { news.desired = DesiredState{1, 10, {}}; });
  inbox.Update(1, [](SessionNews& news) { news.desired = DesiredState{2, 11, {}}; });
  inbox.Update(1, [](SessionNews& news) { news.acknowledged = 5; });

  SessionNews news = inbox.Take();

  EXPECT_EQ(news.desired->nonce, 11);
  EXPECT_EQ(news.acknowledged, 5);
  EXPECT_FALSE(inbox.Take().acknowledged.has_value());
}

TEST(Inbox, DropsTheNewsOfAnotherSession) {
  Inbox inbox;
  inbox.Begin(1);
  inbox.Update(1, [](SessionNews& news) { news.acknowledged = 5; });
  inbox.Begin(2);
  inbox.Update(1, [](SessionNews& news) { news.ended = absl::OkStatus(); });

  SessionNews news = inbox.Take();

  EXPECT_FALSE(news.acknowledged.has_value());
  EXPECT_FALSE(news.ended.has_value());
}

TEST(Inbox, WaitEndsWithNewsAndWithAWake) {
  Inbox inbox;
  inbox.Begin(1);
  inbox.Update(1, [](SessionNews& news) { news.welcome = WelcomeNews(); });
  inbox.Wait(absl::InfiniteDuration());
  inbox.Wake();
  inbox.Wait(absl::InfiniteDuration());
  inbox.Wait(absl::ZeroDuration());
}

}  // namespace
}  // namespace berthmaster
