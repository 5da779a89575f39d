#ifndef BERTHMASTER_CONTROLLER_ENGINE_EVENT_BUS_H_
#define BERTHMASTER_CONTROLLER_ENGINE_EVENT_BUS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace berthmaster {

enum class EventKind : uint8_t { kHost, kIncident, kRecommendation, kRollout, kSilence };

// Says that a resource is not what it was. Read it from Fleet.
struct Event {
  EventKind kind = EventKind::kHost;
  // The id within its kind: host id, incident id, ...
  std::string id;
  absl::Time event_time;
};

// Who wants to know. OnEvents is called on the engine's thread after the commit and after Fleet has
// the new state; it must not block and must not call back into the bus.
class EventListener {
 public:
  virtual ~EventListener() = default;
  virtual void OnEvents(const std::vector<Event>& events) = 0;
};

// Hands events to listeners. Any thread.
class EventBus {
 public:
  // The bus keeps no listener alive: one that is gone is forgotten.
  void Subscribe(std::weak_ptr<EventListener> listener);
  void Publish(const std::vector<Event>& events);

 private:
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<EventListener>> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_EVENT_BUS_H_
