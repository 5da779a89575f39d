#include "controller/engine/event_bus.h"

#include <utility>

namespace berthmaster {

void EventBus::Subscribe(std::weak_ptr<EventListener> listener) {
  absl::MutexLock lock(&mutex_);
  listeners_.push_back(std::move(listener));
}

void EventBus::Publish(const std::vector<Event>& events) {
  if (events.empty()) return;
  std::vector<std::shared_ptr<EventListener>> alive;
  {
    absl::MutexLock lock(&mutex_);
    std::vector<std::weak_ptr<EventListener>> kept;
    kept.reserve(listeners_.size());
    for (std::weak_ptr<EventListener>& listener : listeners_) {
      if (std::shared_ptr<EventListener> locked = listener.lock()) {
        alive.push_back(std::move(locked));
        kept.push_back(std::move(listener));
      }
    }
    listeners_ = std::move(kept);
  }
  // Without the lock: a listener that is released here may be the last of its stream.
  for (const std::shared_ptr<EventListener>& listener : alive) listener->OnEvents(events);
}

}  // namespace berthmaster
