#ifndef BERTHMASTER_CONTROLLER_API_WATCH_PUMP_H_
#define BERTHMASTER_CONTROLLER_API_WATCH_PUMP_H_

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "controller/engine/event_bus.h"

namespace berthmaster {

// Open watch streams at most; a dashboard tab holds one, so this is hundreds of people.
inline constexpr size_t kWatchesMax = 1000;

// One open stream as the pump sees it. Called on the pump's thread only, except where said.
class Watch {
 public:
  virtual ~Watch() = default;
  // What changed. `now` is monotonic.
  virtual void Offer(const std::vector<Event>& events, absl::Duration now) = 0;
  // Time has passed: what was held back may be due.
  virtual void Advance(absl::Duration now) = 0;
  // Ends the stream. Any thread; the second call does nothing.
  virtual void End(const absl::Status& status) = 0;
};

// Takes events off the engine's thread as fast as they come and hands them to the watches on a
// thread of its own, so that converting for slow or many readers never delays a commit. Events of
// one resource that wait together become one; so what waits is bounded by the resources.
class WatchPump final : public EventListener {
 public:
  // Subscribes to `events` and starts the thread. Both must outlive the pump.
  static std::shared_ptr<WatchPump> Start(EventBus* events, const Clock* clock);
  ~WatchPump() override;

  // UNAVAILABLE after Stop, RESOURCE_EXHAUSTED when there are kWatchesMax. Any thread.
  absl::Status Add(const std::shared_ptr<Watch>& watch);
  // Forgets it; nothing happens when it is unknown. Any thread.
  void Remove(const Watch* watch);
  // Ends every watch with UNAVAILABLE, takes no new one, joins. Idempotent.
  void Stop();

  const Clock& clock() const { return *clock_; }

  void OnEvents(const std::vector<Event>& events) override;

 private:
  explicit WatchPump(const Clock* clock) : clock_(clock) {}
  void Run();

  const Clock* const clock_;
  absl::Mutex mutex_;
  std::map<std::pair<EventKind, std::string>, absl::Time> incoming_ ABSL_GUARDED_BY(mutex_);
  std::map<const Watch*, std::shared_ptr<Watch>> watches_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Started after the rest is there; joined by Stop.
  std::thread thread_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_WATCH_PUMP_H_
