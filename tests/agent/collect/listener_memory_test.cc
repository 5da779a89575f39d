#include "agent/collect/listener_memory.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

RawAddress Address(const char* text) { return RawAddress::From(IpAddress::Parse(text).value()); }

TEST(ListenerMemoryTest, ForgetsAfterTwoMinutes) {
  const ListenEndpoint first = {Address("0.0.0.0"), 40010};
  const ListenEndpoint second = {Address("10.0.0.1"), 80};
  ListenerMemory memory;
  memory.Update(absl::Seconds(0), {first, second});
  memory.Update(absl::Seconds(100), {second});

  EXPECT_THAT(memory.Recent(absl::Seconds(120)), UnorderedElementsAre(first, second));
  EXPECT_THAT(memory.Recent(absl::Seconds(121)), ElementsAre(second));
}

TEST(ListenerMemoryTest, RemembersABoundedNumber) {
  constexpr int kManyCount = static_cast<int>(kListenersRememberedMax) + 10;
  std::vector<ListenEndpoint> many;
  many.reserve(kManyCount);
  for (int number = 0; number < kManyCount; ++number) {
    many.push_back({Address("10.0.0.1"), static_cast<uint16_t>(number)});
  }
  ListenerMemory memory;
  memory.Update(absl::Seconds(0), many);

  EXPECT_EQ(memory.Recent(absl::Seconds(0)).size(), kListenersRememberedMax);
}

TEST(ListenEndpointTest, ConflictsAsTheKernelDecides) {
  const ListenEndpoint named = {Address("10.0.0.1"), 80};
  EXPECT_TRUE(named.Conflicts(Address("10.0.0.1")));
  EXPECT_TRUE(named.Conflicts(Address("0.0.0.0")));
  EXPECT_FALSE(named.Conflicts(Address("10.0.0.2")));
  EXPECT_FALSE(named.Conflicts(Address("fd00::1")));
  const ListenEndpoint any_v4 = {Address("0.0.0.0"), 80};
  EXPECT_TRUE(any_v4.Conflicts(Address("10.0.0.2")));
  EXPECT_FALSE(any_v4.Conflicts(Address("fd00::1")));
  const ListenEndpoint any_both = {Address("::"), 80};
  EXPECT_TRUE(any_both.Conflicts(Address("10.0.0.2")));
  EXPECT_TRUE(any_both.Conflicts(Address("fd00::1")));
  const ListenEndpoint any_v6 = {Address("::"), 80, true};
  EXPECT_FALSE(any_v6.Conflicts(Address("10.0.0.2")));
  EXPECT_TRUE(any_v6.Conflicts(Address("fd00::1")));
}

}  // namespace
}  // namespace berthmaster
