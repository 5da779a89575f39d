#ifndef BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_SERVICE_H_
#define BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "absl/time/time.h"
#include "agent/advise/advice_board.h"
#include "berthmaster/v1/advice.grpc.pb.h"
#include "common/clock/clock.h"

namespace berthmaster {

// How long a watcher may take for one message.
inline constexpr absl::Duration kAdviceReaderPatience = absl::Seconds(30);

// AdviceService over a board, for local applications. `board` and `clock` must outlive it and every
// call of it.
class AdviceService final : public v1::AdviceService::CallbackService {
 public:
  AdviceService(AdviceBoard& board, const Clock& clock) : board_(board), clock_(clock) {}

  grpc::ServerWriteReactor<v1::WatchAdviceResponse>* WatchAdvice(
      grpc::CallbackServerContext* context, const v1::WatchAdviceRequest* request) override;
  grpc::ServerUnaryReactor* AcknowledgeAdvice(grpc::CallbackServerContext* context,
                                              const v1::AcknowledgeAdviceRequest* request,
                                              v1::AcknowledgeAdviceResponse* response) override;

 private:
  AdviceBoard& board_;
  const Clock& clock_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_SERVICE_H_
