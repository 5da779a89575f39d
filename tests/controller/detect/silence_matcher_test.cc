#include "controller/detect/silence_matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace berthmaster {
namespace {

absl::Time At(int seconds) { return absl::FromUnixSeconds(1795305600 + seconds); }

// From 100 to `expire` seconds.
Silence Make(std::string id, LabelSelector selector, int expire = 200) {
  Silence silence;
  silence.id = std::move(id);
  silence.selector = std::move(selector);
  silence.start_time = At(100);
  silence.expire_time = At(expire);
  return silence;
}

SilenceMatcher Matcher(const std::vector<Silence>& silences, absl::Time now = At(100)) {
  std::vector<std::shared_ptr<const Silence>> rows;
  rows.reserve(silences.size());
  for (const Silence& silence : silences) rows.push_back(std::make_shared<const Silence>(silence));
  return {rows, now};
}

// One that hurts a pod on each of the hosts.
Incident On(const std::vector<std::string>& hosts) {
  Incident incident;
  incident.cause = IncidentCause::kTimeWaitChurn;
  for (const std::string& host_id : hosts) {
    IncidentMember member;
    member.host_id = host_id;
    member.labels = {{"pod", "shop-on-" + host_id}};
    incident.members.push_back(member);
  }
  return incident;
}

TEST(SilenceMatcher, MutesFromItsStartUntilItExpires) {
  const SilenceMatcher matcher = Matcher({Make("s", {{"host", "web-1"}})}, At(0));
  const Incident incident = On({"web-1"});

  EXPECT_EQ(matcher.Mute(incident, At(99)), std::nullopt);
  EXPECT_EQ(matcher.Mute(incident, At(100)), (Muting{"s", At(200)}));
  EXPECT_EQ(matcher.Mute(incident, At(199)), (Muting{"s", At(200)}));
  EXPECT_EQ(matcher.Mute(incident, At(200)), std::nullopt);
  EXPECT_EQ(matcher.Mute(On({"web-2"}), At(100)), std::nullopt);
}

TEST(SilenceMatcher, SelectsByLabelAndCause) {
  const SilenceMatcher matcher =
      Matcher({Make("s", {{"pod", "shop-on-web-1"}, {"cause", "time_wait_churn"}})});
  Incident leak = On({"web-1"});
  leak.cause = IncidentCause::kCloseWaitLeak;

  EXPECT_TRUE(matcher.Mute(On({"web-1"}), At(100)).has_value());
  EXPECT_FALSE(matcher.Mute(leak, At(100)).has_value());
}

TEST(SilenceMatcher, AnIncidentIsLoudWhileOneOfItsPoolsIs) {
  const SilenceMatcher matcher =
      Matcher({Make("one", {{"host", "web-1"}}), Make("two", {{"host", "web-2"}}, 150)});

  EXPECT_EQ(matcher.Mute(On({"web-1", "web-3"}), At(100)), std::nullopt);
  EXPECT_EQ(matcher.Mute(On({"web-1", "web-2"}), At(100)), (Muting{"two", At(150)}));
  EXPECT_EQ(matcher.Mute(On({"web-1", "web-2"}), At(150)), std::nullopt);
}

TEST(SilenceMatcher, TheOneThatLastsLongestMutesAPool) {
  const SilenceMatcher matcher =
      Matcher({Make("short", {{"host", "web-1"}}, 150), Make("long", {{"pod", "shop-on-web-1"}})});

  EXPECT_EQ(matcher.Mute(On({"web-1"}), At(100)), (Muting{"long", At(200)}));
}

TEST(SilenceMatcher, OneThatWasEndedMutesNothing) {
  Silence ended = Make("s", {{"host", "web-1"}});
  ended.end_time = At(120);
  const SilenceMatcher matcher = Matcher({ended});

  EXPECT_EQ(matcher.Mute(On({"web-1"}), At(110)), (Muting{"s", At(120)}));
  EXPECT_EQ(matcher.Mute(On({"web-1"}), At(120)), std::nullopt);
}

TEST(SilenceMatcher, NamesTheNextMomentAtWhichAnswersChange) {
  const SilenceMatcher matcher =
      Matcher({Make("a", {{"host", "a"}}), Make("b", {{"host", "b"}}, 150)}, At(0));

  EXPECT_EQ(matcher.NextChange(At(0)), At(100));
  EXPECT_EQ(matcher.NextChange(At(100)), At(150));
  EXPECT_EQ(matcher.NextChange(At(150)), At(200));
  EXPECT_EQ(matcher.NextChange(At(200)), absl::InfiniteFuture());
}

TEST(SilenceMatcher, KnowsAnIncidentOfBeforeMembersByItsHost) {
  Incident incident;
  incident.host_id = "web-1";
  incident.netns_label = "blue";

  EXPECT_TRUE(Matcher({Make("s", {{"host", "web-1"}, {"netns", "blue"}})}).Mute(incident, At(100)));
  EXPECT_FALSE(Matcher({Make("s", {{"pod", "a"}})}).Mute(incident, At(100)));
}

}  // namespace
}  // namespace berthmaster
