#ifndef BERTHMASTER_AGENT_COLLECT_QUIET_DUMP_BUDGET_H_
#define BERTHMASTER_AGENT_COLLECT_QUIET_DUMP_BUDGET_H_

#include <cstddef>

#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace berthmaster {

// How much of one CPU the dumps of quiet namespaces may take, all of them together. Each of them
// walks the socket table of the whole host, 1 ms when that is empty and 100 ms at a million
// sockets, and tells only how few sockets are where: at 2 ms in 10 s a hundred quiet namespaces
// cost less than one busy one.
inline constexpr double kQuietDumpCpuShare = 0.0002;
// How much of one CPU the first dumps of quiet namespaces may take on top of that: two hundred pods
// that start beside a million sockets would take 46 s of CPU at once else.
inline constexpr double kFirstDumpCpuShare = 0.002;
// What of that is saved for a burst of new namespaces, and is there at the start.
inline constexpr absl::Duration kFirstDumpCpuSavedMax = absl::Seconds(2);

// Spreads the dumps of quiet namespaces over time. The dump of a busy one, and that of one whose
// tunables have changed, are none of its business. One thread.
class QuietDumpBudget {
 public:
  // `clock` must outlive it. `first_dump_cpu_max`: what the first dumps may take at once.
  explicit QuietDumpBudget(const Clock& clock,
                           absl::Duration first_dump_cpu_max = kFirstDumpCpuSavedMax)
      : clock_(clock), first_room_max_(first_dump_cpu_max), first_room_(first_dump_cpu_max) {}

  // A sample of so many namespaces begins.
  void BeginSample(size_t netns_count);

  // Whether another dump may be made in this sample: not before earlier ones are paid off.
  bool HasRoom() const { return room_ > absl::ZeroDuration(); }

  // How long at least from one dump of a namespace to the next when one takes `dump_cpu`: the time
  // in which all the others have their turn.
  absl::Duration Interval(absl::Duration dump_cpu) const;

  // A dump has been made from its share.
  void Spend(absl::Duration dump_cpu) { room_ -= dump_cpu; }

  // The same of the first dump of a namespace.
  bool HasRoomForFirst() const { return first_room_ > absl::ZeroDuration(); }
  void SpendFirst(absl::Duration dump_cpu) {
    first_room_ -= dump_cpu;
    first_spent_ += dump_cpu;
  }
  // By SpendFirst() since BeginSample().
  absl::Duration first_spent() const { return first_spent_; }

  absl::Duration ThreadCpuNow() const { return clock_.ThreadCpuNow(); }

 private:
  const Clock& clock_;
  size_t netns_count_ = 1;
  absl::Duration last_begin_ = -absl::InfiniteDuration();
  // What may be spent now; below zero while a dump is being paid off.
  absl::Duration room_;
  const absl::Duration first_room_max_;
  absl::Duration first_room_;
  absl::Duration first_spent_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_QUIET_DUMP_BUDGET_H_
