#include "common/audit/audit_entry.h"

#include <gtest/gtest.h>

#include <string>

namespace berthmaster {
namespace {

TEST(BoundedAuditEntryTest, LeavesWhatIsWithinTheBounds) {
  AuditEntry entry;
  entry.event_time = absl::FromUnixMicros(1767225600123456);
  entry.actor = "local/alice";
  entry.reason = "Größe 漢字 🚢";
  entry.values = {{"web-1", 7, "shop", "net.core.somaxconn", "128", "4096"}};

  EXPECT_EQ(BoundedAuditEntry(entry), entry);
}

TEST(BoundedAuditEntryTest, CutsTimesToTheMicrosecond) {
  AuditEntry entry;
  entry.event_time = absl::FromUnixNanos(1767225600123456789);

  EXPECT_EQ(BoundedAuditEntry(entry).event_time, absl::FromUnixMicros(1767225600123456));
}

TEST(BoundedAuditEntryTest, CutsEachTextAtItsBound) {
  const std::string text(10000, 'x');
  AuditEntry entry;
  entry.actor = text;
  entry.source = text;
  entry.object = text;
  entry.reason = text;
  entry.values = {{text, 7, text, text, text, text}};

  const AuditEntry bounded = BoundedAuditEntry(entry);

  EXPECT_EQ(bounded.actor.size(), 128u);
  EXPECT_EQ(bounded.source.size(), 128u);
  EXPECT_EQ(bounded.object.size(), 512u);
  EXPECT_EQ(bounded.reason.size(), 4000u);
  EXPECT_EQ(bounded.values[0].host_id.size(), 256u);
  EXPECT_EQ(bounded.values[0].netns_label.size(), 256u);
  EXPECT_EQ(bounded.values[0].sysctl.size(), 256u);
  EXPECT_EQ(bounded.values[0].old_value.size(), 4096u);
  EXPECT_EQ(bounded.values[0].new_value.size(), 4096u);
}

TEST(BoundedAuditEntryTest, CutsAfterAWholeCharacter) {
  AuditEntry entry;
  // 127 bytes, and one character of two.
  entry.actor = std::string(127, 'x') + "ö";

  EXPECT_EQ(BoundedAuditEntry(entry).actor, std::string(127, 'x'));
}

TEST(BoundedAuditEntryTest, ReplacesWhatIsNoUtf8) {
  AuditEntry entry;
  // A lone continuation, an overlong slash, a surrogate, beyond Unicode, a character cut short.
  entry.reason = "a\x80 b\xc0\xaf c\xed\xa0\x80 d\xf4\x90\x80\x80 e\xe6\xbc";

  EXPECT_EQ(BoundedAuditEntry(entry).reason, "a? b?? c??? d???? e??");
}

}  // namespace
}  // namespace berthmaster
