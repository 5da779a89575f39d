#include "controller/link/agent_service.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "controller/api/grpc_server.h"
#include "controller/engine/input_queue.h"
#include "controller/link/agent_stream.h"
#include "tests/controller/link/link_fixture.h"

namespace berthmaster {
namespace {

using Response = v1::AttachResponse;

HostSample SampleOf(int64_t sequence) {
  return SampleBuilder().Sequence(sequence).At(absl::FromUnixSeconds(1767225600)).Build();
}

TEST_F(LinkTest, WelcomesAndAcknowledges) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  std::optional<Response> welcome = agent->Read();
  ASSERT_TRUE(welcome.has_value() && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().committed_sequence(), 0);
  EXPECT_TRUE(welcome->welcome().accepts_deltas());

  agent->SendSample(SampleOf(1));
  std::optional<Response> ack = agent->ReadUntil(Response::kSampleAck);

  ASSERT_TRUE(ack.has_value());
  EXPECT_EQ(ack->sample_ack().committed_sequence(), 1);
  EXPECT_EQ(fleet_.FindHost("web-1")->sample->namespaces[0].label, "blue");
}

TEST_F(LinkTest, WelcomesAgainWithWhatIsCommitted) {
  auto first = NewAgent();
  first->Hello(ObservingHello("web-1", 9));
  first->SendSample(SampleOf(4));
  ASSERT_TRUE(first->ReadUntil(Response::kSampleAck).has_value());

  auto second = NewAgent();
  second->Hello(ObservingHello("web-1", 9));
  std::optional<Response> welcome = second->Read();

  ASSERT_TRUE(welcome.has_value() && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().committed_sequence(), 4);
  EXPECT_EQ(first->End().error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(LinkTest, RefusesAFirstMessageOtherThanHello) {
  auto agent = NewAgent();
  v1::AttachRequest request;
  request.mutable_goodbye()->set_reason("already?");
  agent->Send(request);

  grpc::Status status = agent->End();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "the first message of a stream must be Hello");
}

TEST_F(LinkTest, RefusesAnEmptyMessageAndASecondHello) {
  auto empty = NewAgent();
  empty->Hello(ObservingHello("web-1"));
  empty->Send(v1::AttachRequest());
  EXPECT_EQ(empty->End().error_code(), grpc::StatusCode::INVALID_ARGUMENT);

  auto twice = NewAgent();
  twice->Hello(ObservingHello("web-1"));
  twice->Hello(ObservingHello("web-1"));
  EXPECT_EQ(twice->End().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(LinkTest, RefusesABadHostId) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("../etc"));

  grpc::Status status = agent->End();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("host_id"), std::string::npos) << status.error_message();
  EXPECT_EQ(fleet_.FindHost("../etc"), nullptr);
}

TEST_F(LinkTest, NamesWhatIsWrongWithASample) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  HostSample bad = SampleOf(1);
  bad.namespaces[0].pools[0].in_use = -5;
  agent->SendSample(bad);

  grpc::Status status = agent->End();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("sample 1"), std::string::npos) << status.error_message();
  EXPECT_NE(status.error_message().find("in_use"), std::string::npos) << status.error_message();
}

TEST_F(LinkTest, AnOversizedMessageEndsOnlyItsOwnStream) {
  auto sound = NewAgent();
  sound->Hello(ObservingHello("web-1"));
  ASSERT_TRUE(sound->Read().has_value());
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-2"));
  v1::AttachRequest request;
  request.mutable_goodbye()->set_reason(std::string(kReceivedBytesMax + 1, 'x'));
  agent->Send(request);

  EXPECT_FALSE(agent->End().ok());
  sound->SendSample(SampleOf(1));
  EXPECT_TRUE(sound->ReadUntil(Response::kSampleAck).has_value());
}

TEST_F(LinkTest, ASampleOfTooManyPoolsIsRefused) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  v1::AttachRequest request;
  v1::NetnsSample* netns = request.mutable_sample()->add_namespaces();
  for (int i = 0; i <= kPoolsPerSampleMax; ++i) netns->add_pools();
  agent->Send(request);

  EXPECT_EQ(agent->End().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(LinkTest, AGoodbyeEndsTheStreamWell) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  ASSERT_TRUE(agent->Read().has_value());
  v1::AttachRequest request;
  request.mutable_goodbye()->set_reason("upgrade");
  agent->Send(request);

  EXPECT_TRUE(agent->End().ok());
  engine_->Stop();
  EXPECT_EQ(fleet_.FindHost("web-1")->host.state, HostState::kDetached);
}

TEST_F(LinkTest, StoppingEndsSessionsWithUnavailable) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  ASSERT_TRUE(agent->Read().has_value());

  StopAll();

  EXPECT_EQ(agent->End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(LinkTest, StoppingEndsAStreamWithoutHello) {
  auto agent = NewAgent();
  // One that is attached shows that the server is serving.
  auto other = NewAgent();
  other->Hello(ObservingHello("web-2"));
  ASSERT_TRUE(other->Read().has_value());

  StopAll();

  EXPECT_FALSE(agent->End().ok());
}

TEST_F(LinkTest, AStreamWithoutHelloIsEnded) {
  AgentServiceOptions options;
  options.hello_timeout = absl::Milliseconds(50);
  Serve(options);

  grpc::Status status = NewAgent()->End();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "no Hello came within 50ms; it must be the first message of a stream");
}

TEST_F(LinkTest, OneTooManyIsRefused) {
  AgentServiceOptions options;
  options.sessions_max = 1;
  Serve(options);
  auto first = NewAgent();
  first->Hello(ObservingHello("web-1"));
  ASSERT_TRUE(first->Read().has_value());

  EXPECT_EQ(NewAgent()->End().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

// Sample `sequence` of a host whose pool has so many connections.
HostSample Busy(int64_t sequence, int connections) {
  return SampleBuilder()
      .Sequence(sequence)
      .At(absl::FromUnixSeconds(1767225600 + sequence))
      .Established(connections)
      .Build();
}

TEST_F(LinkTest, MergesADeltaWithItsBase) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  agent->SendSample(Busy(1, 10));
  ASSERT_TRUE(agent->ReadUntil(Response::kSampleAck).has_value());

  agent->SendDelta(Busy(1, 10), Busy(2, 20));
  std::optional<Response> ack = agent->ReadUntil(Response::kSampleAck);

  ASSERT_TRUE(ack.has_value());
  EXPECT_EQ(ack->sample_ack().committed_sequence(), 2);
  EXPECT_EQ(*fleet_.FindHost("web-1")->sample, Busy(2, 20));
}

TEST_F(LinkTest, TakesDeltasAgainstOneBaseWhileNothingIsCommitted) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  agent->SendSample(Busy(1, 10));
  ASSERT_TRUE(agent->ReadUntil(Response::kSampleAck).has_value());
  for (int i = 2; i <= 33; ++i) agent->SendDelta(Busy(1, 10), Busy(i, i));
  agent->SendDelta(Busy(33, 33), Busy(34, 5));

  int64_t acknowledged = 0;
  while (acknowledged < 34) {
    std::optional<Response> ack = agent->Read();
    ASSERT_TRUE(ack.has_value());
    ASSERT_FALSE(ack->has_full_state_request());
    if (ack->has_sample_ack()) acknowledged = ack->sample_ack().committed_sequence();
  }
  EXPECT_EQ(*fleet_.FindHost("web-1")->sample, Busy(34, 5));
}

TEST_F(LinkTest, AsksForFullSamplesAfterAGapAndLosesNone) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  agent->SendSample(Busy(1, 10));
  ASSERT_TRUE(agent->ReadUntil(Response::kSampleAck).has_value());

  agent->SendDelta(Busy(7, 10), Busy(8, 20));
  agent->SendDelta(Busy(1, 10), Busy(9, 20));
  // On its way already when the agent hears of the gap: to take it would acknowledge 8 and 9.
  agent->SendSample(Busy(10, 30));
  std::optional<Response> request = agent->ReadUntil(Response::kFullStateRequest);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->full_state_request().committed_sequence(), 1);
  agent->SendSample(Busy(8, 20));
  agent->SendDelta(Busy(8, 20), Busy(9, 25));
  agent->SendDelta(Busy(8, 20), Busy(10, 30));

  int64_t acknowledged = 0;
  while (acknowledged < 10) {
    std::optional<Response> ack = agent->ReadUntil(Response::kSampleAck);
    ASSERT_TRUE(ack.has_value());
    acknowledged = ack->sample_ack().committed_sequence();
  }
  EXPECT_EQ(*history_.CountSamples("web-1", 1), 4);
  EXPECT_EQ(*fleet_.FindHost("web-1")->sample, Busy(10, 30));
}

TEST_F(LinkTest, AStreamHasNoBaseOfTheStreamBefore) {
  auto first = NewAgent();
  first->Hello(ObservingHello("web-1"));
  first->SendSample(Busy(1, 10));
  ASSERT_TRUE(first->ReadUntil(Response::kSampleAck).has_value());
  auto second = NewAgent();
  second->Hello(ObservingHello("web-1"));
  second->SendDelta(Busy(1, 10), Busy(2, 20));

  EXPECT_TRUE(second->ReadUntil(Response::kFullStateRequest).has_value());
}

TEST_F(LinkTest, ADuplicateOfADeltaCountsOnce) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  agent->SendSample(Busy(1, 10));
  ASSERT_TRUE(agent->ReadUntil(Response::kSampleAck).has_value());
  agent->SendDelta(Busy(1, 10), Busy(2, 20));
  agent->SendSample(Busy(2, 20));
  agent->SendSample(Busy(3, 30));
  std::optional<Response> ack;
  do {
    ack = agent->ReadUntil(Response::kSampleAck);
    ASSERT_TRUE(ack.has_value());
  } while (ack->sample_ack().committed_sequence() < 3);

  EXPECT_EQ(*history_.CountSamples("web-1", 1), 3);
}

TEST_F(LinkTest, NamesWhatIsWrongWithADelta) {
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  agent->SendSample(Busy(1, 10));
  v1::AttachRequest request;
  request.mutable_sample()->set_sequence(2);
  request.mutable_sample()->set_base_sequence(1);
  request.mutable_sample()->mutable_sample_time()->set_seconds(1767225602);
  request.mutable_sample()->add_removed_netns(4);
  agent->Send(request);

  const grpc::Status status = agent->End();

  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(status.error_message().find("sample 2: sample.removed_netns"), std::string::npos)
      << status.error_message();
}

TEST_F(LinkTest, HoldsASampleWhileTheEngineIsFull) {
  AgentServiceOptions options;
  options.retry_delay = absl::Milliseconds(20);
  Serve(options);
  auto agent = NewAgent();
  agent->Hello(ObservingHello("web-1"));
  ASSERT_TRUE(agent->Read().has_value());
  absl::Notification go_on;
  history_.SetAppendHook([&] {
    go_on.WaitForNotification();
    return absl::OkStatus();
  });
  const int count = kQueuedSamplesMax + 10;
  for (int i = 1; i <= count; ++i) agent->SendSample(SampleOf(i));
  EXPECT_TRUE(agent->ReadUntil(Response::kRetryAfter).has_value());
  go_on.Notify();

  int64_t acknowledged = 0;
  while (acknowledged < count) {
    std::optional<Response> ack = agent->ReadUntil(Response::kSampleAck);
    ASSERT_TRUE(ack.has_value());
    acknowledged = ack->sample_ack().committed_sequence();
  }
  EXPECT_EQ(*history_.CountSamples("web-1", 1), count);
}

}  // namespace
}  // namespace berthmaster
