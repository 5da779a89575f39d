#ifndef BERTHMASTER_TESTS_CLI_CHANGE_SERVER_H_
#define BERTHMASTER_TESTS_CLI_CHANGE_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/client.h"
#include "common/clock/clock.h"

namespace berthmaster {

// Remembers what it was asked and answers what the test put in.
class FakeRecommendations final : public v1::RecommendationService::Service {
 public:
  grpc::Status ProposeChange(grpc::ServerContext* context, const v1::ProposeChangeRequest* request,
                             v1::ProposeChangeResponse* response) override;
  grpc::Status ApproveRecommendation(grpc::ServerContext* context,
                                     const v1::ApproveRecommendationRequest* request,
                                     v1::ApproveRecommendationResponse* response) override;
  grpc::Status RejectRecommendation(grpc::ServerContext* context,
                                    const v1::RejectRecommendationRequest* request,
                                    v1::RejectRecommendationResponse* response) override;

  v1::ProposeChangeRequest proposed;
  v1::ProposeChangeResponse proposal;
  v1::Recommendation decided;
};

// Has rollouts; a decision about one is noted as "pause rollouts/r1: why (etag)" and does nothing.
class FakeRollouts final : public v1::RolloutService::Service {
 public:
  grpc::Status GetRollout(grpc::ServerContext* context, const v1::GetRolloutRequest* request,
                          v1::GetRolloutResponse* response) override;
  grpc::Status ListRollouts(grpc::ServerContext* context, const v1::ListRolloutsRequest* request,
                            v1::ListRolloutsResponse* response) override;
  grpc::Status PauseRollout(grpc::ServerContext* context, const v1::PauseRolloutRequest* request,
                            v1::PauseRolloutResponse* response) override;
  grpc::Status ResumeRollout(grpc::ServerContext* context, const v1::ResumeRolloutRequest* request,
                             v1::ResumeRolloutResponse* response) override;
  grpc::Status PromoteRollout(grpc::ServerContext* context,
                              const v1::PromoteRolloutRequest* request,
                              v1::PromoteRolloutResponse* response) override;
  grpc::Status AbortRollout(grpc::ServerContext* context, const v1::AbortRolloutRequest* request,
                            v1::AbortRolloutResponse* response) override;
  grpc::Status RevertRollout(grpc::ServerContext* context, const v1::RevertRolloutRequest* request,
                             v1::RevertRolloutResponse* response) override;
  // Sends `changes` one after the other and ends the stream.
  grpc::Status WatchRollouts(grpc::ServerContext* context, const v1::WatchRolloutsRequest* request,
                             grpc::ServerWriter<v1::WatchRolloutsResponse>* writer) override;

  std::vector<v1::Rollout> rollouts;
  std::vector<v1::Rollout> changes;
  std::vector<std::string> decisions;
  std::string listed_host;
  std::string watched_recommendation;
};

// Has namespaces.
class FakeHosts final : public v1::HostService::Service {
 public:
  grpc::Status ListNamespaces(grpc::ServerContext* context,
                              const v1::ListNamespacesRequest* request,
                              v1::ListNamespacesResponse* response) override;

  std::vector<v1::Netns> namespaces;
};

// What the commands about changes talk to, over real gRPC.
class ChangeServer {
 public:
  ChangeServer();
  Client& client() { return *client_; }

  FakeRecommendations recommendations;
  FakeRollouts rollouts;
  FakeHosts hosts;

 private:
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Client> client_;
};

// Always the same numbers.
class SameRandom final : public Random {
 public:
  uint64_t Next() override { return 7; }
};

// A rollout "rollouts/r1" of the canary web-0/blue and web-1/blue in the second of two waves: the
// canary holds, the other is sent. Range 32768 60999 → 15000 64999.
v1::Rollout RolloutInItsSecondWave();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CLI_CHANGE_SERVER_H_
