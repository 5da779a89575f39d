#include <limits>
#include <string>

#include "common/wire/desired_state_wire.h"
#include "common/wire/identity_wire.h"
#include "common/wire/time_wire.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

AgentHello FullHello() {
  AgentHello hello;
  hello.host_id = "web-1";
  hello.identity = {"web-1.example",
                    "6.1.0-18-amd64",
                    "8c2e",
                    "0.1.0",
                    AgentProfile::kEnforce,
                    {AgentCapability::kSockDiag, AgentCapability::kApplySysctl},
                    {"no CAP_SYS_PTRACE"}};
  hello.epoch = -5;
  hello.next_sequence = 10;
  hello.applied_revision = 3;
  return hello;
}

DesiredState FullDesiredState() {
  DesiredChange leased;
  leased.rollout = "rollouts/a";
  leased.netns_cookie = 4711;
  leased.netns_inode = 4026532000;
  leased.change = {"net.ipv4.tcp_tw_reuse", "2", "1"};
  leased.lease = absl::Seconds(30);
  DesiredChange confirmed = leased;
  confirmed.confirmed = true;
  confirmed.lease = absl::ZeroDuration();
  confirmed.persist = true;
  return {7, 12345, {leased, confirmed}};
}

DesiredStateReply FullReply() {
  return {12345,
          7,
          {{"rollouts/a", 4711, "net.ipv4.tcp_tw_reuse", ApplyState::kApplied, "1", ""},
           {"rollouts/b", 1, "net.ipv4.tcp_tw_reuse", ApplyState::kRefused, "2", "because"}}};
}

TEST(TimeWire, ComesBackAsItWas) {
  for (absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixNanos(1790000000123456789), absl::FromUnixNanos(-1)}) {
    EXPECT_EQ(FromProto(ToProto(time), "t").value(), time);
  }
  for (absl::Duration duration : {absl::ZeroDuration(), absl::Nanoseconds(1500000001),
                                  absl::Nanoseconds(-1500000001), absl::Hours(1)}) {
    EXPECT_EQ(FromProto(ToProto(duration), "d").value(), duration);
  }
}

TEST(TimeWire, EndsWhereProtobufDoes) {
  EXPECT_EQ(ToProto(absl::InfiniteFuture()).seconds(), 253402300799);
  EXPECT_EQ(ToProto(absl::InfinitePast()).seconds(), -62135596800);
  EXPECT_EQ(ToProto(absl::InfiniteDuration()).seconds(), 315576000000);

  google::protobuf::Timestamp time;
  time.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_THAT(std::string(FromProto(time, "the field").status().message()), HasSubstr("the field"));
  google::protobuf::Duration duration;
  duration.set_seconds(1);
  duration.set_nanos(-1);
  EXPECT_EQ(FromProto(duration, "d").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(IdentityWire, ComesBackAsItWas) {
  EXPECT_EQ(FromProto(ToProto(FullHello())).value(), FullHello());
}

TEST(IdentityWire, IgnoresCapabilitiesOfLaterVersions) {
  v1::Hello proto = ToProto(FullHello());
  proto.mutable_identity()->add_capabilities(static_cast<v1::AgentCapability>(99));

  EXPECT_EQ(FromProto(proto).value(), FullHello());
}

TEST(IdentityWire, RefusesBadFieldsByName) {
  v1::Hello bad_host = ToProto(FullHello());
  bad_host.set_host_id("../etc");
  v1::Hello bad_profile = ToProto(FullHello());
  bad_profile.mutable_identity()->set_profile(v1::AGENT_PROFILE_UNSPECIFIED);
  v1::Hello bad_sequence = ToProto(FullHello());
  bad_sequence.set_next_sequence(0);
  v1::Hello bad_text = ToProto(FullHello());
  bad_text.mutable_identity()->set_boot_id(std::string(5000, 'x'));

  for (const auto& [proto, field] : {std::pair{bad_host, "host_id"},
                                     {bad_profile, "profile"},
                                     {bad_sequence, "next_sequence"},
                                     {bad_text, "boot_id"}}) {
    EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(FromProto(proto).status().message()), HasSubstr(field));
  }
}

TEST(DesiredStateWire, ComesBackAsItWas) {
  EXPECT_EQ(FromProto(ToProto(FullDesiredState())).value(), FullDesiredState());
  EXPECT_EQ(FromProto(ToProto(FullReply())).value(), FullReply());
}

TEST(DesiredStateWire, RefusesBadFieldsByName) {
  v1::DesiredState no_lease = ToProto(FullDesiredState());
  no_lease.mutable_changes(0)->clear_lease();
  v1::DesiredState long_lease = ToProto(FullDesiredState());
  long_lease.mutable_changes(0)->mutable_lease()->set_seconds(3601);
  v1::DesiredState no_netns = ToProto(FullDesiredState());
  no_netns.mutable_changes(0)->set_netns_cookie(0);
  v1::DesiredState too_many = ToProto(FullDesiredState());
  while (too_many.changes_size() <= kDesiredChangesMax)
    *too_many.add_changes() = too_many.changes(0);
  v1::DesiredState long_value = ToProto(FullDesiredState());
  long_value.mutable_changes(0)->mutable_change()->set_desired_value(std::string(20000, '1'));

  for (const auto& [proto, field] : {std::pair{no_lease, "lease"},
                                     {long_lease, "lease"},
                                     {no_netns, "netns_cookie"},
                                     {too_many, "changes"},
                                     {long_value, "desired_value"}}) {
    EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(FromProto(proto).status().message()), HasSubstr(field));
  }
}

TEST(DesiredStateWire, RefusesAResultOfNoKnownState) {
  v1::DesiredStateReply proto = ToProto(FullReply());
  proto.mutable_results(0)->set_state(static_cast<v1::ApplyState>(42));

  EXPECT_EQ(FromProto(proto).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace berthmaster
