#include "common/wire/audit_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "common/audit/chain.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

AuditEntry Entry() {
  AuditEntry entry;
  entry.sequence = 7;
  entry.event_time = absl::FromUnixMicros(1767225600'123456);
  entry.actor = "local/alice";
  entry.source = "127.0.0.1:43210";
  entry.action = AuditAction::kPolicySet;
  entry.object = "policies/detection";
  entry.reason = "why";
  entry.values = {{"web-1", UINT64_MAX, "shop", "net.ipv4.tcp_tw_reuse", "2", "1"},
                  {"", 0, "", "rules", "", "a"}};
  entry.previous_hash = std::string(64, 'a');
  entry.hash = std::string(64, 'b');
  return entry;
}

AuditCheckpoint Checkpoint() {
  AuditCheckpoint checkpoint;
  checkpoint.sequence = 7;
  checkpoint.hash = std::string(64, 'a');
  checkpoint.create_time = absl::FromUnixMicros(1767225600'123456);
  checkpoint.key_id = "cd";
  checkpoint.signature = std::string("\0\xff", 2);
  checkpoint.public_key = "PEM";
  return checkpoint;
}

TEST(AuditWireTest, EveryMemberComesBack) {
  EXPECT_EQ(FromProto(ToProto(Entry())).value(), Entry());
  EXPECT_EQ(FromProto(ToProto(Checkpoint())).value(), Checkpoint());
  EXPECT_EQ(FromProto(ToProto(AuditCheckpoint())).value().sequence, 0);
}

TEST(AuditWireTest, ActionsHaveTheNamesThatAreHashed) {
  for (int number = 1; number <= kAuditActionMax; ++number) {
    EXPECT_EQ(v1::AuditAction_Name(static_cast<v1::AuditAction>(number)),
              "AUDIT_ACTION_" + AuditActionText(static_cast<AuditAction>(number)));
  }
  EXPECT_EQ(v1::AuditAction_MAX, kAuditActionMax);
}

TEST(AuditWireTest, RefusesWhatCannotBeAndNamesTheField) {
  const auto refusal = [](const std::function<void(v1::AuditEntry&)>& change) {
    v1::AuditEntry proto = ToProto(Entry());
    change(proto);
    return std::string(FromProto(proto).status().message());
  };
  const std::string text(5000, 'x');
  EXPECT_THAT(refusal([](v1::AuditEntry& e) { e.set_sequence(0); }), HasSubstr("sequence"));
  EXPECT_THAT(refusal([](v1::AuditEntry& e) { e.clear_action(); }), HasSubstr("action"));
  EXPECT_THAT(refusal([&](v1::AuditEntry& e) { e.set_actor(text); }), HasSubstr("actor"));
  EXPECT_THAT(refusal([&](v1::AuditEntry& e) { e.set_source(text); }), HasSubstr("source"));
  EXPECT_THAT(refusal([&](v1::AuditEntry& e) { e.set_object(text); }), HasSubstr("object"));
  EXPECT_THAT(refusal([&](v1::AuditEntry& e) { e.set_reason(text); }), HasSubstr("reason"));
  EXPECT_THAT(refusal([&](v1::AuditEntry& e) { e.set_hash(text); }), HasSubstr("hash"));
  EXPECT_THAT(refusal([](v1::AuditEntry& e) { e.mutable_values(0)->set_host("web-1"); }),
              HasSubstr("web-1"));
  EXPECT_THAT(refusal([&](v1::AuditEntry& e) { e.mutable_values(0)->set_new_value(text); }),
              HasSubstr("values.new_value"));
  EXPECT_THAT(refusal([](v1::AuditEntry& e) {
                while (e.values_size() < 65) e.add_values();
              }),
              HasSubstr("values"));
  v1::AuditCheckpoint checkpoint = ToProto(Checkpoint());
  checkpoint.set_sequence(-1);
  EXPECT_FALSE(FromProto(checkpoint).ok());
}

}  // namespace
}  // namespace berthmaster
