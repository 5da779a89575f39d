#include "agent/advise/advice_publisher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <memory>
#include <set>

#include "agent/advise/advice_file_name.h"
#include "common/wire/advice_json.h"
#include "tests/agent/advise/advise_fixture.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kCheckoutFile[] = "shop%2Fcheckout.json";

class AdvicePublisherTest : public AdviseTest {
 protected:
  void SetUp() override {
    AdviseTest::SetUp();
    Start();
  }
  // As after a restart of the agent: nothing is known but what is in the directory.
  void Start() {
    board_ = std::make_unique<AdviceBoard>();
    publisher_ = std::make_unique<AdvicePublisher>(Directory(), clock_, *board_);
  }
  WorkloadAdvice FileOf(const std::string& name) const {
    return ParseWorkloadAdviceJson(Read(name)).value();
  }

  FakeClock clock_;
  std::unique_ptr<AdviceBoard> board_;
  std::unique_ptr<AdvicePublisher> publisher_;
};

std::vector<AdviceState> StatesOf(const std::vector<AdviceResult>& results) {
  std::vector<AdviceState> states;
  states.reserve(results.size());
  for (const AdviceResult& result : results) states.push_back(result.state);
  return states;
}

TEST_F(AdvicePublisherTest, PublishesOneFileForEachWorkload) {
  DesiredAdvice database = CheckoutAdvice();
  database.destination_port = 5432;
  DesiredAdvice nameless = CheckoutAdvice();
  nameless.rollout = "rollouts/b";
  nameless.netns_cookie = 9;
  nameless.workload = "";

  const std::vector<AdviceResult> results =
      publisher_->Publish({database, nameless, CheckoutAdvice()});

  EXPECT_THAT(StatesOf(results), ElementsAre(AdviceState::kPublished, AdviceState::kPublished,
                                             AdviceState::kPublished));
  EXPECT_EQ(results[0].path, PathOf(kCheckoutFile));
  EXPECT_EQ(results[0].destination_port, 5432);
  EXPECT_EQ(results[1].path, PathOf("netns~9.json"));
  EXPECT_THAT(Names(), ElementsAre("netns~9.json", kCheckoutFile));
  EXPECT_EQ(FileOf(kCheckoutFile),
            (WorkloadAdvice{clock_.SystemNow(), "shop/checkout", {CheckoutAdvice(), database}}));
  EXPECT_THAT(*board_->Latest(), ElementsAre(FileOf("netns~9.json"), FileOf(kCheckoutFile)));
}

TEST_F(AdvicePublisherTest, SaysOnTheBoardWhatTheFilesSayFromTheStart) {
  ASSERT_NE(board_->Latest(), nullptr);
  EXPECT_THAT(*board_->Latest(), IsEmpty());
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(AdvicePublisherTest, LetsEverybodyReadAndNobodyElseWrite) {
  const mode_t old = umask(0077);
  std::filesystem::remove_all(Directory());
  Start();
  publisher_->Publish({CheckoutAdvice()});
  umask(old);

  struct stat info;
  ASSERT_EQ(stat(Directory().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0755u);
  ASSERT_EQ(stat(PathOf(kCheckoutFile).c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0644u);
}

TEST_F(AdvicePublisherTest, LeavesTheFileAloneWhileItSaysTheSame) {
  publisher_->Publish({CheckoutAdvice()});
  const absl::Time first = clock_.SystemNow();
  clock_.Advance(absl::Minutes(1));
  publisher_->Publish({CheckoutAdvice()});
  EXPECT_EQ(FileOf(kCheckoutFile).update_time, first);

  DesiredAdvice larger = CheckoutAdvice();
  larger.connection_pool_size = 41;
  publisher_->Publish({larger});
  EXPECT_EQ(FileOf(kCheckoutFile).update_time, first + absl::Minutes(1));
  EXPECT_EQ(FileOf(kCheckoutFile).advice[0].connection_pool_size, 41);
}

TEST_F(AdvicePublisherTest, PutsBackAFileThatSomebodyRemoved) {
  publisher_->Publish({CheckoutAdvice()});
  std::filesystem::remove(PathOf(kCheckoutFile));
  publisher_->Publish({CheckoutAdvice()});
  EXPECT_THAT(Names(), ElementsAre(kCheckoutFile));
}

TEST_F(AdvicePublisherTest, RemovesWhatIsWithdrawn) {
  DesiredAdvice database = CheckoutAdvice();
  database.rollout = "rollouts/b";
  database.destination_port = 5432;
  publisher_->Publish({CheckoutAdvice(), database});

  const std::vector<AdviceResult> results = publisher_->Publish({database});
  EXPECT_THAT(StatesOf(results), ElementsAre(AdviceState::kPublished, AdviceState::kWithdrawn));
  EXPECT_EQ(results[1].rollout, "rollouts/a");
  EXPECT_EQ(results[1].destination_port, 443);
  EXPECT_THAT(FileOf(kCheckoutFile).advice, ElementsAre(database));

  EXPECT_THAT(StatesOf(publisher_->Publish({})), ElementsAre(AdviceState::kWithdrawn));
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(*board_->Latest(), IsEmpty());
  EXPECT_THAT(publisher_->Publish({}), IsEmpty()) << "said once";
}

TEST_F(AdvicePublisherTest, KeepsFilesOverARestartUntilTheFirstPush) {
  publisher_->Publish({CheckoutAdvice()});
  const std::string before = Read(kCheckoutFile);
  clock_.Advance(absl::Minutes(1));
  Start();
  EXPECT_THAT(publisher_->Check(), IsEmpty());
  EXPECT_EQ(Read(kCheckoutFile), before);
  EXPECT_THAT(*board_->Latest(), ElementsAre(FileOf(kCheckoutFile)));

  publisher_->Publish({CheckoutAdvice()});
  EXPECT_EQ(Read(kCheckoutFile), before) << "the same advice is no news";
  Start();
  EXPECT_THAT(StatesOf(publisher_->Publish({})), ElementsAre(AdviceState::kWithdrawn));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(AdvicePublisherTest, LeavesForeignFilesAlone) {
  publisher_->Publish({CheckoutAdvice()});
  const std::string own = Read(kCheckoutFile);
  Write("notes.json", "{\"mine\": true}");
  Write("copy.json", own);
  Write("notes.txt", "mine");
  std::filesystem::create_symlink("/etc/passwd", PathOf("link.json"));
  publisher_->Publish({});
  Start();
  publisher_->Publish({});
  EXPECT_THAT(Names(), ElementsAre("copy.json", "link.json", "notes.json", "notes.txt"));
  EXPECT_EQ(Read("copy.json"), own);
}

TEST_F(AdvicePublisherTest, FailsWhereAForeignFileIsInTheWayAndTriesAgain) {
  Write(kCheckoutFile, "mine");
  DesiredAdvice other = CheckoutAdvice();
  other.workload = "other";
  other.netns_cookie = 5;
  const std::vector<AdviceResult> results = publisher_->Publish({CheckoutAdvice(), other});
  EXPECT_THAT(StatesOf(results), ElementsAre(AdviceState::kFailed, AdviceState::kPublished));
  EXPECT_THAT(results[0].error, HasSubstr("is in the way"));
  EXPECT_EQ(results[0].path, "");
  EXPECT_EQ(Read(kCheckoutFile), "mine");
  EXPECT_THAT(*board_->Latest(), ElementsAre(FileOf("other.json")));

  std::filesystem::remove(PathOf(kCheckoutFile));
  EXPECT_THAT(StatesOf(publisher_->Publish({CheckoutAdvice(), other})),
              ElementsAre(AdviceState::kPublished, AdviceState::kPublished));
}

TEST_F(AdvicePublisherTest, SaysWhenTheDirectoryCannotBeUsedAndGoesOnWhenItCan) {
  std::filesystem::remove_all(Directory());
  std::ofstream(Directory()) << "a file";
  Start();
  const std::vector<AdviceResult> results = publisher_->Publish({CheckoutAdvice()});
  EXPECT_THAT(StatesOf(results), ElementsAre(AdviceState::kFailed));
  EXPECT_THAT(results[0].error, HasSubstr(Directory()));

  std::filesystem::remove(Directory());
  EXPECT_THAT(StatesOf(publisher_->Publish({CheckoutAdvice()})),
              ElementsAre(AdviceState::kPublished));

  std::filesystem::remove_all(Directory());
  std::ofstream(Directory()) << "a file";
  EXPECT_THAT(StatesOf(publisher_->Publish({})), ElementsAre(AdviceState::kFailed))
      << "nobody can say that it is withdrawn";
}

TEST_F(AdvicePublisherTest, PublishesNothingWhenItIsOff) {
  AdviceBoard board;
  AdvicePublisher off("", clock_, board);
  const std::vector<AdviceResult> results = off.Publish({CheckoutAdvice()});
  EXPECT_THAT(StatesOf(results), ElementsAre(AdviceState::kFailed));
  EXPECT_THAT(results[0].error, HasSubstr("ADVICE_OFF"));
}

TEST_F(AdvicePublisherTest, RefusesASecondAdviceForTheSameConnections) {
  DesiredAdvice second = CheckoutAdvice();
  second.rollout = "rollouts/b";
  second.workload = "other";
  DesiredAdvice from_one_address = CheckoutAdvice();
  from_one_address.source = IpAddress::Parse("10.0.0.1").value();
  const std::vector<AdviceResult> results =
      publisher_->Publish({CheckoutAdvice(), second, from_one_address});
  EXPECT_THAT(StatesOf(results),
              ElementsAre(AdviceState::kPublished, AdviceState::kFailed, AdviceState::kPublished));
  EXPECT_THAT(results[1].error, HasSubstr("ADVICE_TWICE: rollouts/a"));
  EXPECT_THAT(Names(), ElementsAre(kCheckoutFile));
}

TEST_F(AdvicePublisherTest, WithdrawsWhatIsOver) {
  DesiredAdvice short_lived = CheckoutAdvice();
  short_lived.expire_time = clock_.SystemNow() + absl::Minutes(1);
  DesiredAdvice lasting = CheckoutAdvice();
  lasting.destination_port = 5432;
  publisher_->Publish({short_lived, lasting});
  clock_.Advance(absl::Seconds(59));
  EXPECT_THAT(publisher_->Check(), IsEmpty());

  clock_.Advance(absl::Seconds(1));
  const std::vector<AdviceResult> news = publisher_->Check();
  EXPECT_THAT(StatesOf(news), ElementsAre(AdviceState::kWithdrawn));
  EXPECT_EQ(news[0].destination_port, 443);
  EXPECT_EQ(news[0].error, "");
  EXPECT_THAT(FileOf(kCheckoutFile).advice, ElementsAre(lasting));
  EXPECT_THAT(publisher_->Check(), IsEmpty());
  EXPECT_THAT(StatesOf(publisher_->Publish({short_lived, lasting})),
              ElementsAre(AdviceState::kWithdrawn, AdviceState::kPublished));
}

TEST_F(AdvicePublisherTest, WithdrawsWhatIsOverBeforeTheFirstPushToo) {
  DesiredAdvice short_lived = CheckoutAdvice();
  short_lived.expire_time = clock_.SystemNow() + absl::Minutes(1);
  publisher_->Publish({short_lived});
  Start();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(StatesOf(publisher_->Check()), ElementsAre(AdviceState::kWithdrawn));
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(AdvicePublisherTest, CleansUpAfterAKillBetweenWriteAndRename) {
  publisher_->Publish({CheckoutAdvice()});
  const std::string whole = Read(kCheckoutFile);
  Write(std::string(kCheckoutFile) + ".new", whole.substr(0, whole.size() / 2));
  Write("gone.json.new", "{");
  Start();
  EXPECT_THAT(Names(), ElementsAre(kCheckoutFile));
  EXPECT_EQ(Read(kCheckoutFile), whole);
}

TEST_F(AdvicePublisherTest, PublishesAsMuchAsTheContractAllows) {
  std::vector<DesiredAdvice> desired(1001, CheckoutAdvice());
  for (size_t i = 0; i < desired.size(); ++i) desired[i].netns_cookie = i + 1;
  EXPECT_THAT(publisher_->Publish(desired), SizeIs(1000));
  EXPECT_THAT(FileOf(kCheckoutFile).advice, SizeIs(1000));
  EXPECT_THAT(publisher_->Publish({}), SizeIs(1000));
}

TEST_F(AdvicePublisherTest, ReportsAcknowledgementsAndNotTooOften) {
  publisher_->Publish({CheckoutAdvice()});
  EXPECT_THAT(publisher_->Check(), IsEmpty());
  ASSERT_TRUE(board_->Acknowledge({"rollouts/a", "shop/checkout", {}, "resized to 40"}).ok());
  std::vector<AdviceResult> news = publisher_->Check();
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_TRUE(news[0].acknowledged);
  EXPECT_EQ(news[0].acknowledgement, "resized to 40");
  EXPECT_EQ(news[0].path, PathOf(kCheckoutFile));
  EXPECT_THAT(publisher_->Check(), IsEmpty());

  ASSERT_TRUE(board_->Acknowledge({"rollouts/a", "shop/checkout", {}, "resized to 41"}).ok());
  clock_.Advance(absl::Milliseconds(4999));
  EXPECT_THAT(publisher_->Check(), IsEmpty());
  clock_.Advance(absl::Milliseconds(1));
  news = publisher_->Check();
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].acknowledgement, "resized to 41");
  EXPECT_TRUE(publisher_->Publish({CheckoutAdvice()})[0].acknowledged);

  publisher_->Publish({});
  EXPECT_FALSE(publisher_->Publish({CheckoutAdvice()})[0].acknowledged) << "forgotten";
}

TEST(AdviceFileName, IsPlainWhereItCanBe) {
  EXPECT_EQ(AdviceFileName("checkout.service", 7), "checkout.service.json");
  EXPECT_EQ(AdviceFileName("shop/checkout-7d_x", 7), "shop%2Fcheckout-7d_x.json");
  EXPECT_EQ(AdviceFileName("", 7), "netns~7.json");
  EXPECT_EQ(AdviceFileName("netns~7", 7), "netns%7E7.json");
}

TEST(AdviceFileName, StaysInTheDirectoryWhateverTheWorkload) {
  EXPECT_EQ(AdviceFileName("../../etc/passwd", 7), "%2E.%2F..%2Fetc%2Fpasswd.json");
  EXPECT_EQ(AdviceFileName(absl::string_view("a\0b", 3), 7), "a%00b.json");
  EXPECT_EQ(AdviceFileName(".", 7), "%2E.json");
  EXPECT_EQ(AdviceFileName("\n\"{", 7), "%0A%22%7B.json");
}

TEST(AdviceFileName, TellsLongNamesApart) {
  const std::string long_name(1024, 'x');
  const std::set<std::string> names = {
      AdviceFileName(long_name, 7), AdviceFileName(long_name + "y", 7),
      AdviceFileName(long_name + "z", 7), AdviceFileName(std::string(1024, '/'), 7)};
  EXPECT_EQ(names.size(), 4u);
  for (const std::string& name : names) EXPECT_EQ(name.size(), 205u);
  EXPECT_EQ(AdviceFileName(long_name, 7), std::string(183, 'x') + "~51bfc41078b37325.json");
}

}  // namespace
}  // namespace berthmaster
