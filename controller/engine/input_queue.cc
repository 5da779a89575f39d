#include "controller/engine/input_queue.h"

#include <algorithm>
#include <iterator>

namespace berthmaster {

int64_t CountPools(const HostSample& sample) {
  int64_t pools = 0;
  // A namespace weighs like a pool: its labels and tunables are as large.
  for (const NetnsSample& netns : sample.namespaces) {
    pools += 1 + static_cast<int64_t>(netns.pools.size());
  }
  return pools;
}

bool InputQueue::OfferSample(SampleInput input) {
  const int64_t pools = CountPools(*input.sample);
  absl::MutexLock lock(&mutex_);
  if (closed_ || samples_ >= kQueuedSamplesMax) return false;
  // A single sample larger than the bound still gets through, alone.
  if (samples_ > 0 && pools_ + pools > kQueuedPoolsMax) return false;
  ++samples_;
  pools_ += pools;
  session_inputs_.push_back(std::move(input));
  return true;
}

bool InputQueue::OfferAttach(AttachInput input) {
  absl::MutexLock lock(&mutex_);
  if (closed_ || messages_ >= kQueuedMessagesMax) return false;
  ++messages_;
  urgent_ = true;
  session_inputs_.push_back(std::move(input));
  return true;
}

bool InputQueue::OfferReply(ReplyInput input) {
  absl::MutexLock lock(&mutex_);
  if (closed_ || messages_ >= kQueuedMessagesMax) return false;
  ++messages_;
  urgent_ = true;
  session_inputs_.push_back(std::move(input));
  return true;
}

bool InputQueue::OfferCommand(Command command) {
  absl::MutexLock lock(&mutex_);
  if (closed_ || commands_.size() >= kQueuedCommandsMax) return false;
  urgent_ = true;
  commands_.push_back(std::move(command));
  return true;
}

void InputQueue::OfferDetach(DetachInput input) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return;
  session_inputs_.push_back(std::move(input));
}

bool InputQueue::HasInput() const {
  return closed_ || !session_inputs_.empty() || !commands_.empty();
}

bool InputQueue::HasEnough() const {
  return closed_ || urgent_ || session_inputs_.size() >= kGatherEnough;
}

void InputQueue::Wait(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &InputQueue::HasInput), wait);
  if (session_inputs_.empty() || HasEnough()) return;
  mutex_.AwaitWithTimeout(absl::Condition(this, &InputQueue::HasEnough), kGatherTime);
}

bool InputQueue::HasCommand() const { return closed_ || !commands_.empty(); }

void InputQueue::WaitForCommand(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &InputQueue::HasCommand), wait);
}

std::vector<SessionInput> InputQueue::TakeSessionInputs() {
  absl::MutexLock lock(&mutex_);
  const size_t count = std::min<size_t>(session_inputs_.size(), kTurnInputsMax);
  const auto end = session_inputs_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<SessionInput> taken(std::make_move_iterator(session_inputs_.begin()),
                                  std::make_move_iterator(end));
  session_inputs_.erase(session_inputs_.begin(), end);
  for (const SessionInput& input : taken) {
    if (std::holds_alternative<AttachInput>(input) || std::holds_alternative<ReplyInput>(input)) {
      --messages_;
    }
  }
  urgent_ = messages_ > 0 || !commands_.empty();
  return taken;
}

std::vector<Command> InputQueue::TakeCommands() {
  absl::MutexLock lock(&mutex_);
  std::vector<Command> taken(std::make_move_iterator(commands_.begin()),
                             std::make_move_iterator(commands_.end()));
  commands_.clear();
  urgent_ = messages_ > 0;
  return taken;
}

void InputQueue::ReleaseSamples(int samples, int64_t pools) {
  absl::MutexLock lock(&mutex_);
  samples_ -= samples;
  pools_ -= pools;
}

void InputQueue::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
}

bool InputQueue::closed() const {
  absl::MutexLock lock(&mutex_);
  return closed_;
}

bool InputQueue::empty() const {
  absl::MutexLock lock(&mutex_);
  return session_inputs_.empty() && commands_.empty();
}

}  // namespace berthmaster
