#ifndef BERTHMASTER_CLI_CLIENT_H_
#define BERTHMASTER_CLI_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "berthmaster/v1/audit.grpc.pb.h"
#include "berthmaster/v1/host.grpc.pb.h"
#include "berthmaster/v1/incident.grpc.pb.h"
#include "berthmaster/v1/policy.grpc.pb.h"
#include "berthmaster/v1/pool.grpc.pb.h"
#include "berthmaster/v1/recommendation.grpc.pb.h"
#include "berthmaster/v1/rollout.grpc.pb.h"
#include "berthmaster/v1/silence.grpc.pb.h"
#include "common/ids/user_name.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// A unary call that takes longer than this has failed.
inline constexpr absl::Duration kCallLimit = absl::Seconds(10);
// No list of berthctl is longer than this many pages of the largest size.
inline constexpr int kPagesMax = 1000;
inline constexpr int kPageSize = 1000;

// The API of one controller. One thread.
class Client {
 public:
  // Calls as `user` (common/ids/user_name.h); as nobody when it is empty.
  explicit Client(const Endpoint& server, std::string user = "");

  v1::HostService::Stub& hosts() { return *hosts_; }
  v1::PoolService::Stub& pools() { return *pools_; }
  v1::IncidentService::Stub& incidents() { return *incidents_; }
  v1::RecommendationService::Stub& recommendations() { return *recommendations_; }
  v1::RolloutService::Stub& rollouts() { return *rollouts_; }
  v1::SilenceService::Stub& silences() { return *silences_; }
  v1::PolicyService::Stub& policies() { return *policies_; }
  v1::AuditService::Stub& audit() { return *audit_; }

  // Calls one unary method. Errors are the server's; UNAVAILABLE names the server and what to look
  // at.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(Stub& stub,
                                grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                             Response*),
                                const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(gpr_time_from_millis(absl::ToInt64Milliseconds(kCallLimit), GPR_TIMESPAN));
    if (!user_.empty()) context.AddMetadata(kUserMetadata, user_);
    Response response;
    grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }

  // All pages of a list as one response with an empty next_page_token.
  template <typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> CallAllPages(Stub& stub,
                                        grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                                        Request request) {
    Response all;
    request.set_page_size(kPageSize);
    for (int page_count = 0; page_count < kPagesMax; ++page_count) {
      absl::StatusOr<Response> page = Call(stub, method, request);
      if (!page.ok()) return page.status();
      request.set_page_token(page->next_page_token());
      bool last = page->next_page_token().empty();
      if constexpr (requires { page->clear_unreachable(); }) {
        if (page_count > 0) page->clear_unreachable();
      }
      page->clear_next_page_token();
      all.MergeFrom(*page);
      if (last) return all;
    }
    return absl::ResourceExhaustedError("the list is too long; narrow it with a filter");
  }

  // The absl form of an error of the server, or of the way to it.
  absl::Status Explain(const grpc::Status& status) const;

 private:
  std::string server_;
  std::string user_;
  std::unique_ptr<v1::HostService::Stub> hosts_;
  std::unique_ptr<v1::PoolService::Stub> pools_;
  std::unique_ptr<v1::IncidentService::Stub> incidents_;
  std::unique_ptr<v1::RecommendationService::Stub> recommendations_;
  std::unique_ptr<v1::RolloutService::Stub> rollouts_;
  std::unique_ptr<v1::SilenceService::Stub> silences_;
  std::unique_ptr<v1::PolicyService::Stub> policies_;
  std::unique_ptr<v1::AuditService::Stub> audit_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_CLIENT_H_
