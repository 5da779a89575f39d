#include "tests/fakes/fake_clock.h"

#include <cstdlib>

namespace berthmaster {

FakeClock::FakeClock() : system_(absl::FromUnixSeconds(1767225600)), monotonic_(absl::Hours(1)) {}

absl::Time FakeClock::SystemNow() const {
  absl::MutexLock lock(&mutex_);
  return system_;
}

absl::Duration FakeClock::MonotonicNow() const {
  absl::MutexLock lock(&mutex_);
  return monotonic_;
}

absl::Duration FakeClock::ThreadCpuNow() const {
  absl::MutexLock lock(&mutex_);
  return thread_cpu_;
}

void FakeClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  if (by < absl::ZeroDuration()) std::abort();
  system_ += by;
  monotonic_ += by;
}

void FakeClock::StepSystem(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  system_ += by;
}

void FakeClock::SetSystem(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  system_ = now;
}

void FakeClock::SetMonotonic(absl::Duration now) {
  absl::MutexLock lock(&mutex_);
  if (now < monotonic_) std::abort();
  monotonic_ = now;
}

void FakeClock::SetThreadCpu(absl::Duration used) {
  absl::MutexLock lock(&mutex_);
  thread_cpu_ = used;
}

uint64_t FakeRandom::Next() {
  absl::MutexLock lock(&mutex_);
  state_ += 0x9e3779b97f4a7c15;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

}  // namespace berthmaster
