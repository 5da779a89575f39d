#include "agent/advise/link/advice_watch.h"

#include <utility>

#include "agent/advise/link/advice_service.h"
#include "common/status/grpc_status.h"
#include "common/wire/advice_wire.h"

namespace berthmaster {

AdviceWatch* AdviceWatch::Start(const absl::Status& checked, AdviceFilter filter,
                                grpc::CallbackServerContext& context, AdviceBoard& board,
                                const Clock& clock) {
  std::shared_ptr<AdviceWatch> watch(new AdviceWatch(filter, context, board, clock));
  watch->self_ = watch;
  // On the board before the first look at what there is, so that no change falls between.
  const absl::Status status = checked.ok() ? board.Follow(watch, std::move(filter)) : checked;
  absl::MutexLock lock(&watch->mutex_);
  if (status.ok()) {
    watch->SendNews();
  } else {
    watch->End(status);
  }
  return watch.get();
}

AdviceWatch::AdviceWatch(AdviceFilter filter, grpc::CallbackServerContext& context,
                         AdviceBoard& board, const Clock& clock)
    : filter_(std::move(filter)), context_(context), board_(board), clock_(clock) {}

void AdviceWatch::Notify() {
  absl::MutexLock lock(&mutex_);
  SendNews();
}

void AdviceWatch::Advance(absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  // A status would wait behind the message that is not read.
  if (is_writing_ && !is_over_ && now - write_time_ > kAdviceReaderPatience) context_.TryCancel();
}

void AdviceWatch::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  is_writing_ = false;
  // A failed write means that the call is over; OnCancel says so too, in any order.
  if (!ok) return End(absl::CancelledError());
  SendNews();
}

void AdviceWatch::OnCancel() {
  absl::MutexLock lock(&mutex_);
  End(absl::CancelledError("the agent stops, or the caller went away or was too slow"));
}

void AdviceWatch::OnDone() {
  board_.Unfollow(this);
  // The loop may still hold this for the length of a call.
  const std::shared_ptr<AdviceWatch> last = std::move(self_);
}

void AdviceWatch::SendNews() {
  if (is_writing_ || is_over_) return;
  std::shared_ptr<const PublishedAdvice> latest = board_.Latest();
  if (latest == sent_) return;
  const PublishedAdvice matching = Filtered(*latest, filter_);
  const bool is_news = sent_ == nullptr || matching != Filtered(*sent_, filter_);
  sent_ = std::move(latest);
  if (!is_news) return;
  response_.Clear();
  for (const WorkloadAdvice& workload : matching) *response_.add_workloads() = ToProto(workload);
  is_writing_ = true;
  write_time_ = clock_.MonotonicNow();
  StartWrite(&response_);
}

void AdviceWatch::End(const absl::Status& status) {
  if (is_over_) return;
  is_over_ = true;
  Finish(ToGrpcStatus(status));
}

}  // namespace berthmaster
