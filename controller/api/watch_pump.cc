#include "controller/api/watch_pump.h"

#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

// How often held-back messages and heartbeats are looked after. A tenth of the second that a
// resource may be held back at most.
constexpr absl::Duration kTick = absl::Milliseconds(100);

}  // namespace

std::shared_ptr<WatchPump> WatchPump::Start(EventBus* events, const Clock* clock) {
  std::shared_ptr<WatchPump> pump(new WatchPump(clock));
  pump->thread_ = std::thread([raw = pump.get()] { raw->Run(); });
  events->Subscribe(pump);
  return pump;
}

WatchPump::~WatchPump() { Stop(); }

absl::Status WatchPump::Add(const std::shared_ptr<Watch>& watch) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return absl::UnavailableError("the controller is stopping; call again");
  if (watches_.size() >= kWatchesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kWatchesMax, " open watches already; close one first"));
  }
  watches_.emplace(watch.get(), watch);
  return absl::OkStatus();
}

void WatchPump::Remove(const Watch* watch) {
  absl::MutexLock lock(&mutex_);
  watches_.erase(watch);
}

void WatchPump::Stop() {
  std::map<const Watch*, std::shared_ptr<Watch>> watches;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    watches.swap(watches_);
  }
  for (const auto& entry : watches) {
    entry.second->End(absl::UnavailableError("the controller is stopping; call again"));
  }
  if (thread_.joinable()) thread_.join();
}

void WatchPump::OnEvents(const std::vector<Event>& events) {
  absl::MutexLock lock(&mutex_);
  // Nobody watches: nothing to remember, since a new watch begins with all there is.
  if (watches_.empty()) return;
  for (const Event& event : events) incoming_[{event.kind, event.id}] = event.event_time;
}

void WatchPump::Run() {
  while (true) {
    std::vector<Event> events;
    std::vector<std::shared_ptr<Watch>> watches;
    {
      auto is_wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return stopping_ || !incoming_.empty();
      };
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&is_wanted), kTick);
      if (stopping_) return;
      for (const auto& [key, event_time] : incoming_) {
        events.push_back({key.first, key.second, event_time});
      }
      incoming_.clear();
      for (const auto& entry : watches_) watches.push_back(entry.second);
    }
    const absl::Duration now = clock_->MonotonicNow();
    for (const std::shared_ptr<Watch>& watch : watches) {
      if (!events.empty()) watch->Offer(events, now);
      watch->Advance(now);
    }
  }
}

}  // namespace berthmaster
