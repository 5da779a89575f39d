#ifndef BERTHMASTER_CONTROLLER_API_WATCH_SOURCE_H_
#define BERTHMASTER_CONTROLLER_API_WATCH_SOURCE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "controller/engine/event_bus.h"

namespace berthmaster {

// What one watch stream sends, in messages of type Response. One thread at a time.
template <typename Response>
class WatchSource {
 public:
  virtual ~WatchSource() = default;

  // The keys of everything that is sent first.
  virtual std::vector<std::string> InitialKeys() = 0;
  // The key that the event concerns; nothing when the stream does not show it.
  virtual std::optional<std::string> KeyOf(const Event& event) = 0;
  // Begins the messages of `key`, as things are now.
  virtual void Open(const std::string& key, absl::Time event_time) = 0;
  // Fills the next message of the key opened last; false at their end.
  virtual bool Next(Response& response) = 0;
};

// A source of one message per resource, whose key is its id. A resource that stops to match is sent
// once more as it is then, so that a reader sees it leave.
template <typename Resource, typename Response>
class ResourceWatchSource final : public WatchSource<Response> {
 public:
  struct Traits {
    EventKind kind = EventKind::kHost;
    std::function<std::vector<std::shared_ptr<const Resource>>()> all;
    std::function<std::shared_ptr<const Resource>(const std::string& id)> find;
    std::function<bool(const Resource&)> matches;
    std::function<void(const Resource&, Response&)> convert;
  };

  explicit ResourceWatchSource(Traits traits) : traits_(std::move(traits)) {}

  std::vector<std::string> InitialKeys() override {
    std::vector<std::string> keys;
    for (const auto& resource : traits_.all()) {
      if (traits_.matches(*resource)) keys.push_back(resource->id);
    }
    return keys;
  }

  std::optional<std::string> KeyOf(const Event& event) override {
    if (event.kind != traits_.kind) return std::nullopt;
    return event.id;
  }

  void Open(const std::string& key, absl::Time /*event_time*/) override {
    opened_ = traits_.find(key);
    if (opened_ == nullptr) return;
    if (traits_.matches(*opened_)) {
      shown_.insert(key);
    } else if (shown_.erase(key) == 0) {
      opened_ = nullptr;
    }
  }

  bool Next(Response& response) override {
    if (opened_ == nullptr) return false;
    traits_.convert(*opened_, response);
    opened_ = nullptr;
    return true;
  }

 private:
  const Traits traits_;
  absl::flat_hash_set<std::string> shown_;
  std::shared_ptr<const Resource> opened_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_WATCH_SOURCE_H_
