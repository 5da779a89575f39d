#include "common/wire/advice_wire.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "common/wire/advice_json.h"
#include "common/wire/desired_state_wire.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

DesiredAdvice FullAdvice() {
  DesiredAdvice advice;
  advice.rollout = "rollouts/a";
  advice.netns_cookie = 4711;
  advice.netns_inode = 4026532000;
  advice.workload = "shop/checkout";
  advice.netns_label = "shop/checkout-7d";
  advice.destination = IpAddress::Parse("10.0.0.2").value();
  advice.destination_port = 443;
  advice.source = IpAddress::Parse("2001:db8::1").value();
  advice.connection_pool_size = 40;
  advice.connection_rate = 120.5;
  advice.hold_time = absl::Milliseconds(250);
  advice.ports_saved = 7200;
  advice.keep_alive = "let the server close";
  advice.expire_time = absl::FromUnixSeconds(1790000000);
  return advice;
}

DesiredAdvice LeastAdvice() {
  DesiredAdvice advice;
  advice.rollout = "rollouts/b";
  advice.netns_cookie = 1;
  advice.netns_inode = 1;
  advice.destination = IpAddress::Parse("2001:db8::2").value();
  advice.destination_port = 1;
  advice.protocol = IpProtocol::kUdp;
  advice.connection_pool_size = 1;
  return advice;
}

WorkloadAdvice FullWorkload() {
  DesiredAdvice second = FullAdvice();
  second.destination_port = 5432;
  second.expire_time.reset();
  second.source.reset();
  return {absl::FromUnixSeconds(1780000000), "shop/checkout", {FullAdvice(), second}};
}

TEST(AdviceWire, ComesBackAsItWas) {
  for (const DesiredAdvice& advice : {FullAdvice(), LeastAdvice()}) {
    EXPECT_EQ(FromProto(ToProto(advice)).value(), advice);
  }
  const DesiredState state{7, 12345, {}, {FullAdvice(), LeastAdvice()}};
  EXPECT_EQ(FromProto(ToProto(state)).value(), state);

  AdviceResult published{"rollouts/a",
                         4711,
                         IpAddress::Parse("10.0.0.2").value(),
                         443,
                         AdviceState::kPublished,
                         "/run/advice/a.json",
                         3,
                         true,
                         "resized to 40",
                         ""};
  AdviceResult failed;
  failed.state = AdviceState::kFailed;
  failed.error = "disk full";
  const DesiredStateReply reply{12345, 7, {}, {published, failed}};
  EXPECT_EQ(FromProto(ToProto(reply)).value(), reply);
}

TEST(AdviceWire, RefusesBadAdviceByName) {
  using Spoil = std::function<void(v1::DesiredAdvice&)>;
  const std::string long_text(1025, 'x');
  const std::vector<std::pair<std::string, Spoil>> spoils = {
      {"rollout", [&](auto& p) { p.set_rollout(long_text); }},
      {"netns_cookie", [](auto& p) { p.set_netns_cookie(0); }},
      {"netns_cookie", [](auto& p) { p.set_netns_cookie(-1); }},
      {"netns_inode", [](auto& p) { p.set_netns_inode(0); }},
      {"workload", [&](auto& p) { p.set_workload(long_text); }},
      {"netns_label", [&](auto& p) { p.set_netns_label(long_text); }},
      {"keep_alive", [&](auto& p) { p.set_keep_alive(long_text); }},
      {"destination_address", [](auto& p) { p.set_destination_address("../etc/passwd"); }},
      {"destination_address", [](auto& p) { p.clear_destination_address(); }},
      {"source_address", [](auto& p) { p.set_source_address("10.0.0.0/8"); }},
      {"destination_port", [](auto& p) { p.set_destination_port(0); }},
      {"destination_port", [](auto& p) { p.set_destination_port(65536); }},
      {"protocol", [](auto& p) { p.set_protocol(v1::IP_PROTOCOL_UNSPECIFIED); }},
      {"protocol", [](auto& p) { p.set_protocol(static_cast<v1::IpProtocol>(132)); }},
      {"connection_pool_size", [](auto& p) { p.set_connection_pool_size(0); }},
      {"connection_pool_size", [](auto& p) { p.set_connection_pool_size(-5); }},
      {"connection_pool_size", [](auto& p) { p.set_connection_pool_size(1'000'001); }},
      {"connection_rate", [](auto& p) { p.set_connection_rate(std::nan("")); }},
      {"connection_rate", [](auto& p) { p.set_connection_rate(-0.5); }},
      {"connection_rate",
       [](auto& p) { p.set_connection_rate(std::numeric_limits<double>::infinity()); }},
      {"hold_time", [](auto& p) { p.mutable_hold_time()->set_seconds(-1); }},
      {"hold_time", [](auto& p) { p.mutable_hold_time()->set_nanos(2'000'000'000); }},
      {"ports_saved", [](auto& p) { p.set_ports_saved(-1); }},
      {"expire_time", [](auto& p) { p.mutable_expire_time()->set_nanos(-1); }},
  };
  for (const auto& [field, spoil] : spoils) {
    v1::DesiredState state = ToProto(DesiredState{1, 1, {}, {FullAdvice()}});
    spoil(*state.mutable_advice(0));
    const absl::Status refused = FromProto(state).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("advice." + field));
  }
}

TEST(AdviceWire, RefusesTooMany) {
  v1::DesiredState state;
  v1::DesiredStateReply reply;
  for (int i = 0; i < 1000; ++i) *state.add_advice() = ToProto(LeastAdvice());
  for (int i = 0; i < 2000; ++i) *reply.add_advice_results() = ToProto(AdviceResult());
  EXPECT_TRUE(FromProto(state).ok());
  EXPECT_TRUE(FromProto(reply).ok());
  *state.add_advice() = ToProto(LeastAdvice());
  *reply.add_advice_results() = ToProto(AdviceResult());
  EXPECT_THAT(std::string(FromProto(state).status().message()), HasSubstr("desired_state.advice"));
  EXPECT_THAT(std::string(FromProto(reply).status().message()), HasSubstr("advice_results"));
}

TEST(AdviceWire, RefusesBadResultsByName) {
  using Spoil = std::function<void(v1::AdviceResult&)>;
  const std::vector<std::pair<std::string, Spoil>> spoils = {
      {"rollout", [](auto& p) { p.set_rollout(std::string(1025, 'x')); }},
      {"netns_cookie", [](auto& p) { p.set_netns_cookie(-1); }},
      {"destination_address", [](auto& p) { p.set_destination_address("nowhere"); }},
      {"destination_port", [](auto& p) { p.set_destination_port(-1); }},
      {"state", [](auto& p) { p.set_state(v1::ADVICE_STATE_UNSPECIFIED); }},
      {"state", [](auto& p) { p.set_state(static_cast<v1::AdviceState>(9)); }},
      {"path", [](auto& p) { p.set_path(std::string(4097, '/')); }},
      {"follower_count", [](auto& p) { p.set_follower_count(-1); }},
      {"acknowledgement", [](auto& p) { p.set_acknowledgement(std::string(201, 'x')); }},
      {"error", [](auto& p) { p.set_error(std::string(20000, 'x')); }},
  };
  for (const auto& [field, spoil] : spoils) {
    v1::AdviceResult proto = ToProto(AdviceResult());
    spoil(proto);
    const absl::Status refused = FromProto(proto).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("advice_results." + field));
  }
}

TEST(AdviceJson, ComesBackAsItWas) {
  const WorkloadAdvice workload = FullWorkload();
  const std::string json = WorkloadAdviceJson(workload).value();
  EXPECT_EQ(ParseWorkloadAdviceJson(json).value(), workload);
  EXPECT_EQ(WorkloadAdviceJson(ParseWorkloadAdviceJson(json).value()).value(), json);
}

TEST(AdviceJson, HasUnitsInItsNamesAndNoAbsentTimes) {
  WorkloadAdvice workload = FullWorkload();
  workload.advice.erase(workload.advice.begin());
  EXPECT_EQ(WorkloadAdviceJson(workload).value(), R"({
  "schema_version": 1,
  "workload": "shop/checkout",
  "advice": [
    {
      "rollout": "rollouts/a",
      "netns_cookie": "4711",
      "netns_inode": "4026532000",
      "netns_label": "shop/checkout-7d",
      "destination_address": "10.0.0.2",
      "destination_port": 5432,
      "protocol": "IP_PROTOCOL_TCP",
      "source_address": "",
      "connection_pool_size": 40,
      "connections_per_second": 120.5,
      "hold_time_seconds": 0.25,
      "ports_saved": 7200,
      "keep_alive": "let the server close"
    }
  ],
  "update_time": "2026-05-28T20:26:40Z"
}
)");
}

TEST(AdviceJson, KeepsHostileTextsInsideTheirString) {
  WorkloadAdvice workload = FullWorkload();
  workload.workload = "a\"}],\n\"x\": [{\\";
  for (DesiredAdvice& advice : workload.advice) advice.workload = workload.workload;
  EXPECT_EQ(ParseWorkloadAdviceJson(WorkloadAdviceJson(workload).value()).value(), workload);
}

TEST(AdviceJson, PassesLaterFieldsOverAndRefusesOtherFiles) {
  std::string later = WorkloadAdviceJson(FullWorkload()).value();
  later.replace(later.find("  \"workload\""), 0, "  \"later_field\": {\"x\": 1},\n");
  EXPECT_EQ(ParseWorkloadAdviceJson(later).value(), FullWorkload());

  const std::string whole = WorkloadAdviceJson(FullWorkload()).value();
  for (const std::string& other :
       {std::string(), std::string("{}"), std::string("[1, 2]"), std::string("notes of a person"),
        std::string("{\"schema_version\": 2}"), whole.substr(0, whole.size() / 2)}) {
    EXPECT_EQ(ParseWorkloadAdviceJson(other).status().code(), absl::StatusCode::kInvalidArgument)
        << other;
  }
}

}  // namespace
}  // namespace berthmaster
