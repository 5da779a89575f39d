#include "agent/link/inbox.h"

#include <utility>

namespace berthmaster {

void Inbox::Update(uint64_t session, absl::FunctionRef<void(SessionNews&)> change) {
  absl::MutexLock lock(&mutex_);
  if (session != session_) return;
  change(news_);
  is_pending_ = true;
}

void Inbox::Begin(uint64_t session) {
  absl::MutexLock lock(&mutex_);
  session_ = session;
  news_ = SessionNews();
}

SessionNews Inbox::Take() {
  absl::MutexLock lock(&mutex_);
  return std::exchange(news_, SessionNews());
}

void Inbox::Wait(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_pending_), timeout);
  is_pending_ = false;
}

void Inbox::Wake() {
  absl::MutexLock lock(&mutex_);
  is_pending_ = true;
}

}  // namespace berthmaster
