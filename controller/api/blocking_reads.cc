#include "controller/api/blocking_reads.h"

#include <utility>

namespace berthmaster {
namespace {

absl::Status Stopping() { return absl::UnavailableError("the controller is stopping; call again"); }

}  // namespace

BlockingReads::BlockingReads() {
  for (int i = 0; i < kReadThreads; ++i) threads_.emplace_back([this] { Run(); });
}

BlockingReads::~BlockingReads() { Stop(); }

void BlockingReads::Post(Read read) {
  absl::Status refusal;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      refusal = Stopping();
    } else if (waiting_.size() >= kReadsWaitingMax) {
      refusal = absl::ResourceExhaustedError(
          "too many reads of the history at once; call again in a moment");
    } else {
      waiting_.push_back(std::move(read));
    }
  }
  // Only a read that was refused was not moved.
  if (!refusal.ok()) read(refusal);  // NOLINT(bugprone-use-after-move)
}

void BlockingReads::Stop() {
  std::deque<Read> waiting;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    waiting.swap(waiting_);
  }
  for (const Read& read : waiting) read(Stopping());
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void BlockingReads::Run() {
  auto is_wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  while (true) {
    Read read;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&is_wanted));
      if (waiting_.empty()) return;
      read = std::move(waiting_.front());
      waiting_.pop_front();
    }
    read(absl::OkStatus());
  }
}

}  // namespace berthmaster
