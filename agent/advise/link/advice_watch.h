#ifndef BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_WATCH_H_
#define BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_WATCH_H_

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/advise/advice_board.h"
#include "berthmaster/v1/advice.pb.h"
#include "common/clock/clock.h"

namespace berthmaster {

// One call of WatchAdvice: what there is at once, then the whole again when a part that matches
// changed. One message is in flight; of the changes meanwhile only the newest state is sent, so
// nothing can pile up. Owns itself until OnDone. Any thread.
class AdviceWatch final : public grpc::ServerWriteReactor<v1::WatchAdviceResponse>,
                          public AdviceFollower {
 public:
  // Begins the call of `context`, or ends it at once with an error: of `checked`, or
  // RESOURCE_EXHAUSTED.
  static AdviceWatch* Start(const absl::Status& checked, AdviceFilter filter,
                            grpc::CallbackServerContext& context, AdviceBoard& board,
                            const Clock& clock);

  void Notify() override;
  void Advance(absl::Duration now) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  AdviceWatch(AdviceFilter filter, grpc::CallbackServerContext& context, AdviceBoard& board,
              const Clock& clock);

  void SendNews() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const AdviceFilter filter_;
  // Lives until OnDone, so for as long as the call is not over.
  grpc::CallbackServerContext& context_;
  AdviceBoard& board_;
  const Clock& clock_;
  // Keeps this alive until OnDone; set before the call begins.
  std::shared_ptr<AdviceWatch> self_;

  absl::Mutex mutex_;
  // What was sent last; null before the first message.
  std::shared_ptr<const PublishedAdvice> sent_ ABSL_GUARDED_BY(mutex_);
  // Belongs to gRPC while is_writing_.
  v1::WatchAdviceResponse response_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_over_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration write_time_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_WATCH_H_
