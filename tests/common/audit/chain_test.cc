#include "common/audit/chain.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace berthmaster {
namespace {

// 2026-01-01 00:00:00 UTC.
constexpr int64_t kStartMicros = 1767225600'000000;

// The vector of README.md: computed by a program that shares nothing with this one.
std::vector<AuditEntry> Vector() {
  AuditEntry first;
  first.sequence = 1;
  first.event_time = absl::FromUnixMicros(kStartMicros + 123456);
  first.actor = "local/alice";
  first.source = "127.0.0.1:43210";
  first.action = AuditAction::kApproved;
  first.object = "recommendations/r1";
  first.reason = "ports run out";
  first.values = {
      {"web-1", 7, "shop", "net.ipv4.ip_local_port_range", "32768\t60999", "1024 65535"}};
  first.previous_hash = "0000000000000000000000000000000000000000000000000000000000000000";
  first.hash = "779ccfc576a4b8ff1b2441251a808ad4a6c707a5c5e57700a6912c73662bfa3e";
  AuditEntry second;
  second.sequence = 2;
  second.event_time = absl::FromUnixMicros(kStartMicros + 1000000);
  second.actor = "agent/web-1";
  second.action = AuditAction::kApplied;
  second.object = "rollouts/o1";
  second.previous_hash = first.hash;
  second.hash = "4a8500e7b1702bc13ba95a9d2255faeb526158e7ab7050c34524613f90ad3f4d";
  return {first, second};
}

// `count` entries, well linked.
std::vector<AuditEntry> Chain(int count) {
  std::vector<AuditEntry> entries;
  std::string last = kAuditFirstHash;
  for (int i = 1; i <= count; ++i) {
    AuditEntry entry = Vector()[0];
    entry.sequence = i;
    entry.previous_hash = last;
    entry.hash = AuditHash(entry);
    last = entry.hash;
    entries.push_back(entry);
  }
  return entries;
}

// The first broken link of the entries, as a person reads it; empty when there is none.
std::string Verify(const std::vector<AuditEntry>& entries, ChainVerifier verifier) {
  std::optional<BrokenLink> broken;
  for (const AuditEntry& entry : entries) {
    broken = verifier.Add(entry);
    if (broken.has_value()) break;
  }
  if (!broken.has_value()) broken = verifier.Finish();
  return broken.has_value() ? std::to_string(broken->sequence) + ": " + broken->what : "";
}
std::string Verify(const std::vector<AuditEntry>& entries) {
  return Verify(entries, ChainVerifier());
}

AuditCheckpoint CheckpointOf(const AuditEntry& entry) {
  AuditCheckpoint checkpoint;
  checkpoint.sequence = entry.sequence;
  checkpoint.hash = entry.hash;
  checkpoint.create_time = absl::FromUnixMicros(kStartMicros);
  return checkpoint;
}

TEST(AuditHashTest, IsThatOfTheVector) {
  EXPECT_EQ(AuditHash(Vector()[0]),
            "779ccfc576a4b8ff1b2441251a808ad4a6c707a5c5e57700a6912c73662bfa3e");
  EXPECT_EQ(AuditHash(Vector()[1]),
            "4a8500e7b1702bc13ba95a9d2255faeb526158e7ab7050c34524613f90ad3f4d");
}

TEST(AuditHashTest, EveryActionHasATextOfItsOwn) {
  EXPECT_EQ(AuditActionText(AuditAction::kProposed), "PROPOSED");
  EXPECT_EQ(AuditActionText(AuditAction::kConfirmed), "CONFIRMED");
  EXPECT_EQ(AuditActionText(AuditAction::kPolicySet), "POLICY_SET");
  EXPECT_EQ(AuditActionText(AuditAction::kDenied), "DENIED");
  EXPECT_EQ(AuditActionText(AuditAction::kResolved), "RESOLVED");
  EXPECT_EQ(AuditActionText(static_cast<AuditAction>(200)), "200");
}

TEST(ChainVerifierTest, AWholeChainIsWhole) {
  EXPECT_EQ(Verify({}), "");
  EXPECT_EQ(Verify(Vector()), "");
  ChainVerifier verifier;
  for (const AuditEntry& entry : Vector()) EXPECT_FALSE(verifier.Add(entry).has_value());
  EXPECT_EQ(verifier.tail(), (AuditTail{2, Vector()[1].hash}));
}

TEST(ChainVerifierTest, EveryFieldThatIsAlteredShows) {
  const std::vector<std::function<void(AuditEntry&)>> alterations = {
      [](AuditEntry& e) { e.event_time += absl::Microseconds(1); },
      [](AuditEntry& e) { e.actor = "local/bob"; },
      [](AuditEntry& e) { e.source = "127.0.0.1:43211"; },
      [](AuditEntry& e) { e.action = AuditAction::kRejected; },
      [](AuditEntry& e) { e.object = "recommendations/r2"; },
      [](AuditEntry& e) { e.reason += "."; },
      [](AuditEntry& e) { e.values.clear(); },
      [](AuditEntry& e) { e.values.push_back(e.values[0]); },
      [](AuditEntry& e) { e.values[0].host_id = "web-2"; },
      [](AuditEntry& e) { e.values[0].netns_cookie = 8; },
      [](AuditEntry& e) { e.values[0].netns_label = ""; },
      [](AuditEntry& e) { e.values[0].sysctl = "net.core.somaxconn"; },
      [](AuditEntry& e) { e.values[0].old_value = "32768\t60998"; },
      [](AuditEntry& e) { e.values[0].new_value = "1024 65534"; },
      // From one field to the next: the lengths keep them apart.
      [](AuditEntry& e) { e.actor += "1", e.source = "27.0.0.1:43210"; },
      [](AuditEntry& e) { e.hash[0] = 'f'; },
      [](AuditEntry& e) { e.previous_hash[0] = 'f'; },
  };
  for (size_t i = 0; i < alterations.size(); ++i) {
    SCOPED_TRACE(i);
    std::vector<AuditEntry> entries = Chain(3);
    alterations[i](entries[1]);
    EXPECT_EQ(Verify(entries), "2: entry 2 was altered: its content has another hash");
  }
}

TEST(ChainVerifierTest, AnAlteredEntryWithANewHashBreaksTheNextLink) {
  std::vector<AuditEntry> entries = Chain(3);
  entries[1].actor = "local/bob";
  entries[1].hash = AuditHash(entries[1]);

  EXPECT_EQ(Verify(entries), "3: entry 3 does not follow entry 2: one of them was replaced");
}

TEST(ChainVerifierTest, NamesWhatIsMissing) {
  std::vector<AuditEntry> entries = Chain(6);
  entries.erase(entries.begin() + 2, entries.begin() + 5);
  EXPECT_EQ(Verify(entries), "3: entries 3 to 5 are missing");

  entries = Chain(6);
  entries.erase(entries.begin() + 2);
  EXPECT_EQ(Verify(entries), "3: entry 3 is missing");
}

TEST(ChainVerifierTest, NamesWhatIsOutOfOrder) {
  std::vector<AuditEntry> entries = Chain(4);
  entries.insert(entries.begin() + 3, entries[1]);

  EXPECT_EQ(Verify(entries), "2: entry 2 is out of order: it comes after entry 3");
}

TEST(ChainVerifierTest, ACutBeginningShows) {
  std::vector<AuditEntry> entries = Chain(4);
  entries.erase(entries.begin(), entries.begin() + 2);

  EXPECT_EQ(Verify(entries),
            "1: entries 1 to 2 are missing: the beginning of the chain is cut off");
  EXPECT_EQ(Verify(entries, ChainVerifier(3)), "");
}

TEST(ChainVerifierTest, AFirstEntryThatFollowsSomethingShows) {
  std::vector<AuditEntry> entries = Chain(1);
  entries[0].previous_hash[0] = 'f';
  entries[0].hash = AuditHash(entries[0]);

  EXPECT_EQ(Verify(entries),
            "1: entry 1 does not follow the start of the chain: one of them was replaced");
}

TEST(ChainVerifierTest, ACutEndShowsAgainstACheckpoint) {
  std::vector<AuditEntry> entries = Chain(5);
  const AuditCheckpoint checkpoint = CheckpointOf(entries[4]);
  EXPECT_EQ(Verify(entries, ChainVerifier(1, checkpoint)), "");
  entries.resize(3);

  EXPECT_EQ(Verify(entries), "");
  EXPECT_EQ(Verify(entries, ChainVerifier(1, checkpoint)),
            "4: entries 4 to 5 are missing: the end of the chain is cut off, the checkpoint of "
            "2026-01-01T00:00:00+00:00 reaches to 5");
}

TEST(ChainVerifierTest, AChainWrittenAnewShowsAgainstACheckpoint) {
  const AuditCheckpoint checkpoint = CheckpointOf(Chain(5)[3]);
  std::vector<AuditEntry> anew;
  std::string last = kAuditFirstHash;
  for (AuditEntry entry : Chain(5)) {
    entry.actor = "local/mallory";
    entry.previous_hash = last;
    entry.hash = AuditHash(entry);
    last = entry.hash;
    anew.push_back(entry);
  }

  EXPECT_EQ(Verify(anew), "");
  EXPECT_EQ(Verify(anew, ChainVerifier(1, checkpoint)),
            "4: entry 4 is not the one that the checkpoint of 2026-01-01T00:00:00+00:00 signed: "
            "the chain was written anew up to it");
  // The one before the first that is verified counts too.
  anew.erase(anew.begin(), anew.begin() + 4);
  EXPECT_EQ(Verify(anew, ChainVerifier(5, checkpoint)),
            "4: entry 4 is not the one that the checkpoint of 2026-01-01T00:00:00+00:00 signed: "
            "the chain was written anew up to it");
}

TEST(ChainVerifierTest, ACheckpointOfBeforeSaysSo) {
  std::vector<AuditEntry> entries = Chain(5);
  const AuditCheckpoint checkpoint = CheckpointOf(entries[1]);
  entries.erase(entries.begin(), entries.begin() + 3);

  EXPECT_EQ(Verify(entries, ChainVerifier(4, checkpoint)),
            "4: the checkpoint is of entry 2, which is before the first one verified; begin there "
            "or earlier");
}

}  // namespace
}  // namespace berthmaster
