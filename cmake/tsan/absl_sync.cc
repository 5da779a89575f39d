// Tells ThreadSanitizer what the Mutex and Notification of Debian's libabsl do. That library is not
// built with ThreadSanitizer, so without this file a lock orders nothing in its eyes and every
// guarded field looks like a race. The linker sends each call of our objects to `__wrap_SYMBOL`
// here (wrapped_symbols.txt) and `__real_SYMBOL` to the library; calls inside libraries stay as
// they are. Every mark stands at a moment at which the thread really holds the lock: before the
// real unlock, after the real lock, around a condition.

#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <cstdint>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/synchronization/barrier.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

static_assert(ABSL_LTS_RELEASE_VERSION == 20220623,
              "check kWriterHeld and wrapped_symbols.txt against this release of Abseil");

namespace berthmaster {
namespace {

using absl::BlockingCounter;
using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::ReleasableMutexLock;
using absl::Time;

// An explicit instantiation may name private members: that is how three of them are reached without
// guessing at offsets.
template <typename Tag, typename Tag::Type kField>
struct Expose {
  friend typename Tag::Type Field(Tag) { return kField; }
};

struct MutexWord {
  using Type = std::atomic<intptr_t> Mutex::*;
  friend Type Field(MutexWord);
};
template struct Expose<MutexWord, &Mutex::mu_>;

struct NotifiedFlag {
  using Type = std::atomic<bool> Notification::*;
  friend Type Field(NotifiedFlag);
};
template struct Expose<NotifiedFlag, &Notification::notified_yet_>;

struct ReleasableMutex {
  using Type = Mutex* ReleasableMutexLock::*;
  friend Type Field(ReleasableMutex);
};
template struct Expose<ReleasableMutex, &ReleasableMutexLock::mu_>;

constexpr intptr_t kWriterHeld = 0x0008;  // kMuWriter of mutex.cc
constexpr unsigned kExclusive = 0;
constexpr unsigned kShared = __tsan_mutex_read_lock;

void Locked(Mutex* mu, unsigned how) {
  __tsan_mutex_pre_lock(mu, how);
  __tsan_mutex_post_lock(mu, how, 0);
}

void Tried(Mutex* mu, unsigned how, bool success) {
  how |= __tsan_mutex_try_lock;
  __tsan_mutex_pre_lock(mu, how);
  __tsan_mutex_post_lock(mu, success ? how : how | __tsan_mutex_try_lock_failed, 0);
}

void Unlocking(Mutex* mu, unsigned how) {
  __tsan_mutex_pre_unlock(mu, how);
  __tsan_mutex_post_unlock(mu, how);
}

// How the calling thread holds `mu`, for the calls that do not say it.
unsigned HowHeld(Mutex* mu) {
  const intptr_t word = (mu->*Field(MutexWord())).load(std::memory_order_relaxed);
  return (word & kWriterHeld) != 0 ? kExclusive : kShared;
}

// A condition is evaluated inside libabsl by whichever thread holds the lock: the waiter before it
// sleeps and after it wakes, but also a thread in the middle of its Unlock(), after its release was
// marked. So each evaluation is marked by itself: it sees all that was done under the lock before,
// and its reads are before all that is done under the lock later.
class MarkedCondition {
 public:
  MarkedCondition(Mutex* mu, const Condition& inner)
      : mu_(mu), inner_(inner), condition_(&MarkedCondition::Eval, this) {
    // The waiter of LockWhen() made `inner` without the lock; it is published here.
    __tsan_release(this);
  }

  const Condition& condition() const { return condition_; }

 private:
  // Not instrumented: it reads the waiter's stack before it can say why it may.
  __attribute__((no_sanitize("thread"))) static bool Eval(void* self) {
    const auto* marked = static_cast<const MarkedCondition*>(self);
    __tsan_acquire(self);
    __tsan_acquire(marked->mu_);
    const bool result = marked->inner_.Eval();
    __tsan_release(marked->mu_);
    return result;
  }

  Mutex* mu_;
  const Condition& inner_;
  Condition condition_;
};

// Gives the lock up and takes it back around `wait`, as every Await and CondVar::Wait does.
template <typename Wait>
auto WhileUnlocked(Mutex* mu, Wait wait) {
  const unsigned how = HowHeld(mu);
  Unlocking(mu, how);
  const auto result = wait();
  Locked(mu, how);
  return result;
}

// The inline HasBeenNotified() loads the flag with acquire, so the flag carries the order.
void* OrderOf(const Notification* notification) {
  return &(const_cast<Notification*>(notification)->*Field(NotifiedFlag()));
}

bool Notified(const Notification* notification, bool notified) {
  if (notified) __tsan_acquire(OrderOf(notification));
  return notified;
}

}  // namespace
}  // namespace berthmaster

// A member function is called like a function whose first parameter is `this`.
#define BERTHMASTER_WRAP(result, symbol, ...) \
  result __real_##symbol(__VA_ARGS__);        \
  result __wrap_##symbol(__VA_ARGS__);        \
  result __wrap_##symbol(__VA_ARGS__)

namespace berthmaster {

// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names.
extern "C" {

BERTHMASTER_WRAP(void, _ZN4absl7debian35MutexD1Ev, Mutex* mu) {
  __tsan_mutex_destroy(mu, __tsan_mutex_not_static);
  __real__ZN4absl7debian35MutexD1Ev(mu);
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex4LockEv, Mutex* mu) {
  __real__ZN4absl7debian35Mutex4LockEv(mu);
  Locked(mu, kExclusive);
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex10ReaderLockEv, Mutex* mu) {
  __real__ZN4absl7debian35Mutex10ReaderLockEv(mu);
  Locked(mu, kShared);
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex6UnlockEv, Mutex* mu) {
  Unlocking(mu, kExclusive);
  __real__ZN4absl7debian35Mutex6UnlockEv(mu);
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex12ReaderUnlockEv, Mutex* mu) {
  Unlocking(mu, kShared);
  __real__ZN4absl7debian35Mutex12ReaderUnlockEv(mu);
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian35Mutex7TryLockEv, Mutex* mu) {
  const bool success = __real__ZN4absl7debian35Mutex7TryLockEv(mu);
  Tried(mu, kExclusive, success);
  return success;
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian35Mutex13ReaderTryLockEv, Mutex* mu) {
  const bool success = __real__ZN4absl7debian35Mutex13ReaderTryLockEv(mu);
  Tried(mu, kShared, success);
  return success;
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE, Mutex* mu,
                 const Condition& condition) {
  const MarkedCondition marked(mu, condition);
  __real__ZN4absl7debian35Mutex8LockWhenERKNS0_9ConditionE(mu, marked.condition());
  Locked(mu, kExclusive);
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian35Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE,
                 Mutex* mu, const Condition& condition, Duration timeout) {
  const MarkedCondition marked(mu, condition);
  const bool result =
      __real__ZN4absl7debian35Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE(
          mu, marked.condition(), timeout);
  Locked(mu, kExclusive);
  return result;
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE,
                 Mutex* mu, const Condition& condition, Time deadline) {
  const MarkedCondition marked(mu, condition);
  const bool result =
      __real__ZN4absl7debian35Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE(
          mu, marked.condition(), deadline);
  Locked(mu, kExclusive);
  return result;
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex14ReaderLockWhenERKNS0_9ConditionE, Mutex* mu,
                 const Condition& condition) {
  const MarkedCondition marked(mu, condition);
  __real__ZN4absl7debian35Mutex14ReaderLockWhenERKNS0_9ConditionE(mu, marked.condition());
  Locked(mu, kShared);
}

BERTHMASTER_WRAP(bool,
                 _ZN4absl7debian35Mutex25ReaderLockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE,
                 Mutex* mu, const Condition& condition, Duration timeout) {
  const MarkedCondition marked(mu, condition);
  const bool result =
      __real__ZN4absl7debian35Mutex25ReaderLockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE(
          mu, marked.condition(), timeout);
  Locked(mu, kShared);
  return result;
}

BERTHMASTER_WRAP(bool,
                 _ZN4absl7debian35Mutex26ReaderLockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE,
                 Mutex* mu, const Condition& condition, Time deadline) {
  const MarkedCondition marked(mu, condition);
  const bool result =
      __real__ZN4absl7debian35Mutex26ReaderLockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE(
          mu, marked.condition(), deadline);
  Locked(mu, kShared);
  return result;
}

BERTHMASTER_WRAP(void, _ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE, Mutex* mu,
                 const Condition& condition) {
  const MarkedCondition marked(mu, condition);
  WhileUnlocked(mu, [&] {
    __real__ZN4absl7debian35Mutex5AwaitERKNS0_9ConditionE(mu, marked.condition());
    return true;
  });
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE,
                 Mutex* mu, const Condition& condition, Duration timeout) {
  const MarkedCondition marked(mu, condition);
  return WhileUnlocked(mu, [&] {
    return __real__ZN4absl7debian35Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE(
        mu, marked.condition(), timeout);
  });
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE,
                 Mutex* mu, const Condition& condition, Time deadline) {
  const MarkedCondition marked(mu, condition);
  return WhileUnlocked(mu, [&] {
    return __real__ZN4absl7debian35Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE(
        mu, marked.condition(), deadline);
  });
}

BERTHMASTER_WRAP(void, _ZN4absl7debian319ReleasableMutexLock7ReleaseEv, ReleasableMutexLock* lock) {
  Unlocking(lock->*Field(ReleasableMutex()), kExclusive);
  __real__ZN4absl7debian319ReleasableMutexLock7ReleaseEv(lock);
}

// Signal() and SignalAll() order nothing by themselves; the mutex of the waiter does.

BERTHMASTER_WRAP(void, _ZN4absl7debian37CondVar4WaitEPNS0_5MutexE, CondVar* cond_var, Mutex* mu) {
  WhileUnlocked(mu, [&] {
    __real__ZN4absl7debian37CondVar4WaitEPNS0_5MutexE(cond_var, mu);
    return true;
  });
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE,
                 CondVar* cond_var, Mutex* mu, Duration timeout) {
  return WhileUnlocked(mu, [&] {
    return __real__ZN4absl7debian37CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE(cond_var, mu,
                                                                                       timeout);
  });
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE,
                 CondVar* cond_var, Mutex* mu, Time deadline) {
  return WhileUnlocked(mu, [&] {
    return __real__ZN4absl7debian37CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE(cond_var, mu,
                                                                                    deadline);
  });
}

BERTHMASTER_WRAP(void, _ZN4absl7debian312Notification6NotifyEv, Notification* notification) {
  __tsan_release(OrderOf(notification));
  __real__ZN4absl7debian312Notification6NotifyEv(notification);
}

BERTHMASTER_WRAP(void, _ZNK4absl7debian312Notification19WaitForNotificationEv,
                 const Notification* notification) {
  __real__ZNK4absl7debian312Notification19WaitForNotificationEv(notification);
  Notified(notification, true);
}

BERTHMASTER_WRAP(bool,
                 _ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE,
                 const Notification* notification, Duration timeout) {
  return Notified(
      notification,
      __real__ZNK4absl7debian312Notification30WaitForNotificationWithTimeoutENS0_8DurationE(
          notification, timeout));
}

BERTHMASTER_WRAP(bool, _ZNK4absl7debian312Notification31WaitForNotificationWithDeadlineENS0_4TimeE,
                 const Notification* notification, Time deadline) {
  return Notified(
      notification,
      __real__ZNK4absl7debian312Notification31WaitForNotificationWithDeadlineENS0_4TimeE(
          notification, deadline));
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian315BlockingCounter14DecrementCountEv,
                 BlockingCounter* counter) {
  __tsan_release(counter);
  const bool zero = __real__ZN4absl7debian315BlockingCounter14DecrementCountEv(counter);
  if (zero) __tsan_acquire(counter);
  return zero;
}

BERTHMASTER_WRAP(void, _ZN4absl7debian315BlockingCounter4WaitEv, BlockingCounter* counter) {
  __real__ZN4absl7debian315BlockingCounter4WaitEv(counter);
  __tsan_acquire(counter);
}

BERTHMASTER_WRAP(bool, _ZN4absl7debian37Barrier5BlockEv, absl::Barrier* barrier) {
  __tsan_release(barrier);
  const bool last = __real__ZN4absl7debian37Barrier5BlockEv(barrier);
  __tsan_acquire(barrier);
  return last;
}

// The last owner frees the text of a status inside libabsl, after all the others gave it up.

BERTHMASTER_WRAP(void, _ZN4absl7debian36Status15UnrefNonInlinedEm, uintptr_t rep) {
  void* const order = reinterpret_cast<void*>(rep);
  __tsan_release(order);
  __tsan_acquire(order);
  __real__ZN4absl7debian36Status15UnrefNonInlinedEm(rep);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)

}  // namespace berthmaster
