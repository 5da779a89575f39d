#ifndef BERTHMASTER_CONTROLLER_API_WATCH_REACTOR_H_
#define BERTHMASTER_CONTROLLER_API_WATCH_REACTOR_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/status/grpc_status.h"
#include "controller/api/watch_pump.h"
#include "controller/api/watch_schedule.h"
#include "controller/api/watch_source.h"

namespace berthmaster {

struct WatchLimits {
  // A resource is sent at most once in this time; the contract says so.
  absl::Duration interval = absl::Seconds(1);
  // How long a reader may take for one message.
  absl::Duration patience = absl::Seconds(30);
  // How many changed resources may wait for a reader: several times the largest fleet.
  size_t pending_max = 65536;
  // How often the key "" comes by itself; zero for never.
  absl::Duration heartbeat = absl::ZeroDuration();
};

// One watch call: everything there is first, then what changes, one write in flight. It ends with
// UNAVAILABLE when the controller stops or the reader is too slow, and at once on cancellation.
//
// Owns itself until OnDone; the pump holds it meanwhile. All methods may run on any thread.
template <typename Response>
class WatchReactor final : public grpc::ServerWriteReactor<Response>, public Watch {
 public:
  static grpc::ServerWriteReactor<Response>* Start(std::shared_ptr<WatchPump> pump,
                                                   std::unique_ptr<WatchSource<Response>> source,
                                                   WatchLimits limits) {
    std::shared_ptr<WatchReactor> reactor(
        new WatchReactor(std::move(pump), std::move(source), limits));
    reactor->self_ = reactor;
    reactor->Begin();
    return reactor.get();
  }

  // A call that ends at once with an error.
  static grpc::ServerWriteReactor<Response>* Refuse(const absl::Status& status) {
    std::shared_ptr<WatchReactor> reactor(new WatchReactor(nullptr, nullptr, WatchLimits()));
    reactor->self_ = reactor;
    reactor->End(status);
    return reactor.get();
  }

  void Offer(const std::vector<Event>& events, absl::Duration now) override {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    for (const Event& event : events) {
      std::optional<std::string> key = source_->KeyOf(event);
      if (key.has_value()) schedule_.Push(*key, event.event_time, now);
    }
    if (schedule_.size() > limits_.pending_max) FinishSlow();
  }

  void Advance(absl::Duration now) override {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    if (writing_ && now - write_time_ > limits_.patience) return FinishSlow();
    if (limits_.heartbeat > absl::ZeroDuration() && now - heartbeat_time_ >= limits_.heartbeat) {
      heartbeat_time_ = now;
      schedule_.Push("", pump_->clock().SystemNow(), now);
    }
    WriteNext(now);
  }

  void End(const absl::Status& status) override {
    absl::MutexLock lock(&mutex_);
    Finish(status);
  }

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    // A failed write means that the call is over; OnCancel says so too, in any order.
    if (!ok) return Finish(absl::CancelledError());
    if (!finished_) WriteNext(pump_->clock().MonotonicNow());
  }

  void OnCancel() override { End(absl::CancelledError()); }

  void OnDone() override {
    if (pump_ != nullptr) pump_->Remove(this);
    // The pump may still hold this for the length of a call.
    const std::shared_ptr<WatchReactor> last = std::move(self_);
  }

 private:
  WatchReactor(std::shared_ptr<WatchPump> pump, std::unique_ptr<WatchSource<Response>> source,
               WatchLimits limits)
      : pump_(std::move(pump)),
        limits_(limits),
        source_(std::move(source)),
        schedule_(limits.interval) {}

  void Begin() {
    // Known to the pump before the first look at what there is, so that no change falls between.
    const absl::Status added = pump_->Add(self_);
    if (!added.ok()) return End(added);
    absl::MutexLock lock(&mutex_);
    const absl::Duration now = pump_->clock().MonotonicNow();
    const absl::Time system_now = pump_->clock().SystemNow();
    for (const std::string& key : source_->InitialKeys()) schedule_.Push(key, system_now, now);
    heartbeat_time_ = now;
    if (!finished_) WriteNext(now);
  }

  void WriteNext(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (writing_) return;
    while (true) {
      if (is_open_) {
        response_.Clear();
        if (source_->Next(response_)) break;
        is_open_ = false;
      }
      std::optional<WatchSchedule::Due> due = schedule_.Pop(now);
      if (!due.has_value()) return;
      source_->Open(due->key, due->event_time);
      is_open_ = true;
    }
    writing_ = true;
    write_time_ = now;
    this->StartWrite(&response_);
  }

  void FinishSlow() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Finish(absl::UnavailableError(
        "this reader is too slow for what changes; call again, or narrow the filter"));
  }

  void Finish(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    finished_ = true;
    grpc::ServerWriteReactor<Response>::Finish(ToGrpcStatus(status));
  }

  const std::shared_ptr<WatchPump> pump_;
  const WatchLimits limits_;
  // Keeps this alive until OnDone; set before the call begins.
  std::shared_ptr<WatchReactor> self_;

  absl::Mutex mutex_;
  std::unique_ptr<WatchSource<Response>> source_ ABSL_GUARDED_BY(mutex_);
  WatchSchedule schedule_ ABSL_GUARDED_BY(mutex_);
  // Must not change while a write of it is in flight.
  Response response_ ABSL_GUARDED_BY(mutex_);
  bool is_open_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration write_time_ ABSL_GUARDED_BY(mutex_);
  // Never due before Begin.
  absl::Duration heartbeat_time_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_WATCH_REACTOR_H_
