#ifndef BERTHMASTER_TESTS_CONTROLLER_ENGINE_FAKE_SESSION_H_
#define BERTHMASTER_TESTS_CONTROLLER_ENGINE_FAKE_SESSION_H_

#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/engine/agent_session.h"

namespace berthmaster {

// A session that keeps what it is sent. Any thread.
class FakeSession final : public AgentSession {
 public:
  void SendWelcome(int64_t committed_sequence) override {
    absl::MutexLock lock(&mutex_);
    welcome_ = committed_sequence;
  }
  void SendSampleAck(int64_t committed_sequence) override {
    absl::MutexLock lock(&mutex_);
    acks_.push_back(committed_sequence);
  }
  void SendDesiredState(const DesiredState& desired) override {
    absl::MutexLock lock(&mutex_);
    desired_.push_back(desired);
    // As the link does.
    desired_.back().nonce = ++last_nonce_;
  }
  void ForgetPushes() {
    absl::MutexLock lock(&mutex_);
    desired_.clear();
  }
  void SendRetryAfter(absl::Duration /*delay*/) override {}
  void End(const absl::Status& status) override {
    absl::MutexLock lock(&mutex_);
    end_ = status;
  }

  std::optional<int64_t> welcome() const {
    absl::MutexLock lock(&mutex_);
    return welcome_;
  }
  std::vector<int64_t> acks() const {
    absl::MutexLock lock(&mutex_);
    return acks_;
  }
  std::vector<DesiredState> desired() const {
    absl::MutexLock lock(&mutex_);
    return desired_;
  }
  std::optional<absl::Status> end() const {
    absl::MutexLock lock(&mutex_);
    return end_;
  }
  // Waits until it is welcomed, acknowledged up to `sequence`, or ended; false when `wait` is over.
  bool AwaitWelcome(absl::Duration wait) const {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(
        absl::Condition(
            +[](const FakeSession* s) { return s->welcome_.has_value(); }, this),
        wait);
  }
  bool AwaitAnyAck(absl::Duration wait) const {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(
        absl::Condition(
            +[](const FakeSession* s) { return !s->acks_.empty(); }, this),
        wait);
  }

 private:
  mutable absl::Mutex mutex_;
  std::optional<int64_t> welcome_;
  std::vector<int64_t> acks_;
  int64_t last_nonce_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<DesiredState> desired_;
  std::optional<absl::Status> end_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_ENGINE_FAKE_SESSION_H_
