// berthmaster-advice-example: an application that lets Berthmaster size its pool of connections.
//
//   berthmaster-advice-example SOCKET [WORKLOAD]
//
// It watches the advice for WORKLOAD, or for its own network namespace, on the agent's socket; for
// each change it resizes its pool, prints that and acknowledges it. Ctrl-C ends it.
#include <grpcpp/grpcpp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>

#include "berthmaster/v1/advice.grpc.pb.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

namespace {

namespace v1 = berthmaster::v1;

// Where the pool of a real application would be. Sizes by destination; 0 stands for "as
// configured".
class ToyPools {
 public:
  void Resize(const std::string& destination, int size) {
    int& now = sizes_[destination];
    if (now == size) return;
    printf("pool to %s: %d -> %d connections\n", destination.c_str(), now, size);
    now = size;
  }
  const std::map<std::string, int>& sizes() const { return sizes_; }

 private:
  std::map<std::string, int> sizes_;
};

// The kernel's name for the network namespace that this process is in; 0 before Linux 5.14.
uint64_t OwnNetnsCookie() {
  uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size);
  close(fd);
  return cookie;
}

// Advice comes as a whole each time: what is no longer in it goes back to what was configured.
void Follow(const v1::WatchAdviceResponse& response, ToyPools& pools) {
  std::map<std::string, int> advised;
  for (const auto& [destination, size] : pools.sizes()) advised[destination] = 0;
  for (const v1::WorkloadAdvice& workload : response.workloads()) {
    for (const v1::DestinationAdvice& advice : workload.advice()) {
      advised[advice.destination_address() + " port " + std::to_string(advice.destination_port())] =
          advice.connection_pool_size();
    }
  }
  for (const auto& [destination, size] : advised) pools.Resize(destination, size);
}

// Tells the agent, and through it whoever approved the advice, that it is followed.
void Acknowledge(const v1::WatchAdviceResponse& response, v1::AdviceService::Stub& agent) {
  for (const v1::WorkloadAdvice& workload : response.workloads()) {
    for (const v1::DestinationAdvice& advice : workload.advice()) {
      v1::AcknowledgeAdviceRequest request;
      request.set_rollout(advice.rollout());
      request.set_workload(workload.workload());
      request.set_netns_cookie(advice.netns_cookie());
      request.set_text("pools resized by the example");
      grpc::ClientContext context;
      v1::AcknowledgeAdviceResponse nothing;
      const grpc::Status status = agent.AcknowledgeAdvice(&context, request, &nothing);
      if (!status.ok()) printf("not acknowledged: %s\n", status.error_message().c_str());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: berthmaster-advice-example SOCKET [WORKLOAD]\n");
    return 2;
  }
  setvbuf(stdout, nullptr, _IOLBF, 0);
  v1::WatchAdviceRequest request;
  if (argc == 3) {
    request.set_workload(argv[2]);
  } else {
    request.set_netns_cookie(static_cast<int64_t>(OwnNetnsCookie()));
  }
  const std::shared_ptr<grpc::Channel> channel =
      grpc::CreateChannel(std::string("unix:") + argv[1], grpc::InsecureChannelCredentials());
  const std::unique_ptr<v1::AdviceService::Stub> agent = v1::AdviceService::NewStub(channel);
  ToyPools pools;
  while (true) {
    grpc::ClientContext context;
    // Waits, with gRPC's own backoff, for an agent that is not there (any more). Pools stay as they
    // are meanwhile: an agent that restarts is no reason to change them.
    context.set_wait_for_ready(true);
    auto reader = agent->WatchAdvice(&context, request);
    v1::WatchAdviceResponse response;
    while (reader->Read(&response)) {
      Follow(response, pools);
      Acknowledge(response, *agent);
    }
    const grpc::Status status = reader->Finish();
    printf("the watch ended: %s\n", status.error_message().c_str());
    // Anything else than an agent that stopped would be the same the next time.
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE &&
        status.error_code() != grpc::StatusCode::CANCELLED) {
      return 1;
    }
  }
}
