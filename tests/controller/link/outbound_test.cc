#include "controller/link/outbound.h"

#include <gtest/gtest.h>

namespace berthmaster {
namespace {

DesiredState Revision(int64_t revision) {
  DesiredState desired;
  desired.revision = revision;
  return desired;
}

TEST(Outbound, NothingGoesBeforeTheWelcome) {
  Outbound outbound;
  outbound.PutAck(3);
  EXPECT_FALSE(outbound.Next().has_value());

  outbound.PutWelcome(2);
  EXPECT_EQ(outbound.Next()->welcome().committed_sequence(), 2);
  EXPECT_EQ(outbound.Next()->sample_ack().committed_sequence(), 3);
  EXPECT_FALSE(outbound.Next().has_value());
}

TEST(Outbound, TheNewestTakesTheOlderOnesPlace) {
  Outbound outbound;
  outbound.PutWelcome(0);
  outbound.Next();
  outbound.PutAck(1);
  outbound.PutAck(2);
  outbound.PutDesiredState(Revision(1));
  outbound.PutDesiredState(Revision(2));

  std::optional<v1::AttachResponse> desired = outbound.Next();
  EXPECT_EQ(desired->desired_state().revision(), 2);
  EXPECT_EQ(desired->desired_state().nonce(), 1);
  EXPECT_EQ(outbound.Next()->sample_ack().committed_sequence(), 2);
  EXPECT_FALSE(outbound.Next().has_value());
}

TEST(Outbound, EachPushHasItsOwnNonce) {
  Outbound outbound;
  outbound.PutWelcome(0);
  outbound.Next();
  outbound.PutDesiredState(Revision(7));
  EXPECT_EQ(outbound.Next()->desired_state().nonce(), 1);
  outbound.PutDesiredState(Revision(7));
  EXPECT_EQ(outbound.Next()->desired_state().nonce(), 2);
}

TEST(Outbound, AsksToWaitLast) {
  Outbound outbound;
  outbound.PutWelcome(0);
  outbound.Next();
  outbound.PutRetryAfter(absl::Seconds(1));
  outbound.PutAck(5);

  EXPECT_TRUE(outbound.Next()->has_sample_ack());
  EXPECT_EQ(outbound.Next()->retry_after().delay().seconds(), 1);
}

TEST(Outbound, AFullStateRequestSaysWhatIsCommittedWhenItGoes) {
  Outbound outbound;
  outbound.PutWelcome(4);
  outbound.Next();
  outbound.PutFullStateRequest();
  outbound.PutAck(6);

  EXPECT_TRUE(outbound.Next()->has_sample_ack());
  EXPECT_EQ(outbound.Next()->full_state_request().committed_sequence(), 6);
  EXPECT_FALSE(outbound.Next().has_value());
}

}  // namespace
}  // namespace berthmaster
