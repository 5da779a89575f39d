#include "agent/advise/link/advice_server.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>

#include "agent/advise/advice_publisher.h"
#include "agent/advise/link/advice_service.h"
#include "berthmaster/v1/advice.grpc.pb.h"
#include "common/wire/advice_wire.h"
#include "tests/agent/advise/advise_fixture.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One watch of a client on the real socket.
class Watcher {
 public:
  Watcher(v1::AdviceService::Stub& stub, const v1::WatchAdviceRequest& request) {
    reader_ = stub.WatchAdvice(&context_, request);
  }
  ~Watcher() { context_.TryCancel(); }

  PublishedAdvice Next() {
    v1::WatchAdviceResponse response;
    EXPECT_TRUE(reader_->Read(&response));
    PublishedAdvice published;
    for (const auto& workload : response.workloads()) {
      published.push_back(FromProto(workload).value());
    }
    return published;
  }
  grpc::Status End() {
    v1::WatchAdviceResponse response;
    while (reader_->Read(&response)) {
    }
    return reader_->Finish();
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchAdviceResponse>> reader_;
};

class AdviceServerTest : public AdviseTest {
 protected:
  void SetUp() override {
    AdviseTest::SetUp();
    publisher_ = std::make_unique<AdvicePublisher>(Directory(), clock_, board_);
    socket_ = Directory() + "/advice.sock";
    server_ = AdviceServer::Start(socket_, board_, clock_).value();
    stub_ = Connect();
  }

  std::unique_ptr<v1::AdviceService::Stub> Connect() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // A client that does not read takes 64 KiB and no more.
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    return v1::AdviceService::NewStub(grpc::CreateCustomChannel(
        "unix:" + socket_, grpc::InsecureChannelCredentials(), arguments));
  }
  grpc::Status Acknowledge(const v1::AcknowledgeAdviceRequest& request) {
    grpc::ClientContext context;
    v1::AcknowledgeAdviceResponse response;
    return stub_->AcknowledgeAdvice(&context, request, &response);
  }

  FakeClock clock_;
  AdviceBoard board_;
  std::unique_ptr<AdvicePublisher> publisher_;
  std::string socket_;
  std::unique_ptr<AdviceServer> server_;
  std::unique_ptr<v1::AdviceService::Stub> stub_;
};

DesiredAdvice OtherAdvice() {
  DesiredAdvice other = CheckoutAdvice();
  other.rollout = "rollouts/b";
  other.workload = "other";
  other.netns_cookie = 5;
  return other;
}

TEST_F(AdviceServerTest, SendsWhatThereIsAndThenEachChange) {
  Watcher all(*stub_, {});
  EXPECT_THAT(all.Next(), IsEmpty());

  publisher_->Publish({CheckoutAdvice()});
  EXPECT_THAT(all.Next(),
              ElementsAre(WorkloadAdvice{clock_.SystemNow(), "shop/checkout", {CheckoutAdvice()}}));
  publisher_->Publish({CheckoutAdvice()});
  publisher_->Publish({CheckoutAdvice(), OtherAdvice()});
  EXPECT_THAT(all.Next(), SizeIs(2)) << "what did not change is not sent";
  publisher_->Publish({});
  EXPECT_THAT(all.Next(), IsEmpty());
}

TEST_F(AdviceServerTest, SendsOnlyWhatMatches) {
  publisher_->Publish({CheckoutAdvice(), OtherAdvice()});
  v1::WatchAdviceRequest by_workload;
  by_workload.set_workload("shop/checkout");
  Watcher checkout(*stub_, by_workload);
  v1::WatchAdviceRequest by_netns;
  by_netns.set_netns_cookie(5);
  Watcher other(*stub_, by_netns);
  v1::WatchAdviceRequest of_none = by_workload;
  of_none.set_netns_cookie(5);
  Watcher none(*stub_, of_none);

  EXPECT_THAT(checkout.Next(),
              ElementsAre(WorkloadAdvice{clock_.SystemNow(), "shop/checkout", {CheckoutAdvice()}}));
  EXPECT_THAT(other.Next(),
              ElementsAre(WorkloadAdvice{clock_.SystemNow(), "other", {OtherAdvice()}}));
  EXPECT_THAT(none.Next(), IsEmpty());

  DesiredAdvice larger = CheckoutAdvice();
  larger.connection_pool_size = 41;
  publisher_->Publish({larger});
  EXPECT_THAT(checkout.Next(),
              ElementsAre(WorkloadAdvice{clock_.SystemNow(), "shop/checkout", {larger}}));
  EXPECT_THAT(other.Next(), IsEmpty());
}

TEST_F(AdviceServerTest, CountsFollowersAndTellsTheController) {
  Watcher all(*stub_, {});
  all.Next();
  v1::WatchAdviceRequest by_workload;
  by_workload.set_workload("shop/checkout");
  Watcher checkout(*stub_, by_workload);
  checkout.Next();
  const std::vector<AdviceResult> results = publisher_->Publish({CheckoutAdvice(), OtherAdvice()});
  EXPECT_EQ(results[0].follower_count, 2);
  EXPECT_EQ(results[1].follower_count, 1);

  checkout.Cancel();
  checkout.End();
  // The server hears of it on a thread of its own: some round trips later.
  for (int i = 0; i < 20'000 && board_.CountFollowers(CheckoutAdvice()) != 1; ++i) {
    Acknowledge(v1::AcknowledgeAdviceRequest());
  }
  const std::vector<AdviceResult> news = publisher_->Check();
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].rollout, "rollouts/a");
  EXPECT_EQ(news[0].follower_count, 1);
}

TEST_F(AdviceServerTest, TakesAcknowledgements) {
  publisher_->Publish({CheckoutAdvice(), OtherAdvice()});
  v1::AcknowledgeAdviceRequest request;
  request.set_rollout("rollouts/a");
  request.set_workload("shop/checkout");
  request.set_text("pool of 40");
  EXPECT_TRUE(Acknowledge(request).ok());
  const std::vector<AdviceResult> news = publisher_->Check();
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].rollout, "rollouts/a");
  EXPECT_EQ(news[0].acknowledgement, "pool of 40");

  request.set_netns_cookie(5);
  EXPECT_EQ(Acknowledge(request).error_code(), grpc::StatusCode::NOT_FOUND);
  request.clear_netns_cookie();
  request.set_workload("other");
  EXPECT_EQ(Acknowledge(request).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(AdviceServerTest, RefusesWhatIsOutOfBounds) {
  publisher_->Publish({CheckoutAdvice()});
  v1::AcknowledgeAdviceRequest request;
  request.set_rollout("rollouts/a");
  request.set_workload("shop/checkout");
  request.set_text(std::string(200, 'x'));
  EXPECT_TRUE(Acknowledge(request).ok());
  request.set_text(std::string(201, 'x'));
  EXPECT_EQ(Acknowledge(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_text("a\x1b[2J");
  EXPECT_EQ(Acknowledge(request).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_text(std::string(9000, 'x'));
  EXPECT_EQ(Acknowledge(request).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  v1::WatchAdviceRequest watch;
  watch.set_workload(std::string(1025, 'x'));
  EXPECT_EQ(Watcher(*stub_, watch).End().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(AdviceServerTest, LetsSoManyWatchAndNoMore) {
  std::vector<std::unique_ptr<v1::AdviceService::Stub>> stubs;
  std::vector<std::unique_ptr<Watcher>> watchers;
  for (size_t i = 0; i < kAdviceFollowersMax; ++i) {
    if (i % 16 == 0) stubs.push_back(Connect());
    watchers.push_back(std::make_unique<Watcher>(*stubs.back(), v1::WatchAdviceRequest()));
  }
  for (auto& watcher : watchers) EXPECT_THAT(watcher->Next(), IsEmpty());
  const grpc::Status refused = Watcher(*stub_, {}).End();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(refused.error_message(), HasSubstr("256"));
}

TEST_F(AdviceServerTest, LetsASlowReaderGo) {
  // More than gRPC takes for a reader that does not read.
  std::vector<DesiredAdvice> much(1000, CheckoutAdvice());
  for (size_t i = 0; i < much.size(); ++i) {
    much[i].netns_cookie = i + 1;
    much[i].keep_alive = std::string(1000, 'x');
  }
  Watcher slow(*stub_, {});
  EXPECT_THAT(slow.Next(), IsEmpty());
  publisher_->Publish(much);
  clock_.Advance(kAdviceReaderPatience);
  publisher_->Check();
  EXPECT_EQ(Acknowledge({}).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(board_.CountFollowers(CheckoutAdvice()), 1) << "it may take so long";

  // When the write began is a matter of gRPC's threads: time goes on until they have all acted.
  for (int i = 0; i < 20'000 && board_.CountFollowers(CheckoutAdvice()) != 0; ++i) {
    clock_.Advance(kAdviceReaderPatience + absl::Milliseconds(1));
    publisher_->Check();
    Acknowledge(v1::AcknowledgeAdviceRequest());
  }
  EXPECT_EQ(board_.CountFollowers(CheckoutAdvice()), 0);
}

TEST_F(AdviceServerTest, EndsWatchesWhenTheAgentStopsAndServesTheSameAfterIt) {
  publisher_->Publish({CheckoutAdvice()});
  Watcher before(*stub_, {});
  const PublishedAdvice published = before.Next();
  server_.reset();
  EXPECT_FALSE(before.End().ok());
  EXPECT_FALSE(std::filesystem::exists(socket_));

  AdviceBoard board;
  AdvicePublisher publisher(Directory(), clock_, board);
  std::unique_ptr<AdviceServer> again = AdviceServer::Start(socket_, board, clock_).value();
  Watcher after(*Connect(), {});
  EXPECT_EQ(after.Next(), published);
  EXPECT_THAT(published, SizeIs(1));
}

TEST_F(AdviceServerTest, IsOpenToEverybodyWhoReachesIt) {
  struct stat info;
  ASSERT_EQ(stat(socket_.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 07777, 0666u);
}

TEST_F(AdviceServerTest, ReplacesAStaleSocketAndNothingElse) {
  const absl::Status busy = AdviceServer::Start(socket_, board_, clock_).status();
  EXPECT_EQ(busy.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(busy.message()), HasSubstr("another process listens"));

  const std::string stale = root_ + "/stale.sock";
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  stale.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  close(fd);
  EXPECT_TRUE(AdviceServer::Start(stale, board_, clock_).ok());

  std::ofstream(root_ + "/file") << "mine";
  EXPECT_EQ(AdviceServer::Start(root_ + "/file", board_, clock_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(
      AdviceServer::Start(root_ + "/" + std::string(108, 'x'), board_, clock_).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(AdviceServer::Start(root_ + "/no/such/advice.sock", board_, clock_).ok());
}

}  // namespace
}  // namespace berthmaster
