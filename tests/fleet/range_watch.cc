#include "tests/fleet/range_watch.h"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "common/file/file.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(5);
constexpr char kRangePath[] = "/proc/sys/net/ipv4/ip_local_port_range";

// Moves the thread into the namespace. Reads only, so it may meet whatever has the name now.
std::string ReadRange(const std::string& name) {
  UniqueFd fd(open(absl::StrCat("/run/netns/", name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || setns(fd.get(), CLONE_NEWNET) != 0) return "";
  const std::string text = ReadFile(kRangePath, 256).value_or("unreadable");
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(text), {{"\t", " "}});
}

std::string WordFor(const std::string& range) {
  if (range == kNarrowRange) return "narrow";
  if (range == kWideRange) return "wide";
  return range.empty() ? "gone" : range;
}

}  // namespace

RangeWatch::RangeWatch(const Pods& pods) {
  for (size_t i = 0; i < pods.size(); ++i) names_.push_back(pods.name(i));
  {
    absl::MutexLock lock(&mutex_);
    history_.resize(names_.size());
  }
  thread_ = std::thread([this] { Run(); });
  LookAgain();
}

RangeWatch::~RangeWatch() {
  {
    absl::MutexLock lock(&mutex_);
    is_stopping_ = true;
  }
  thread_.join();
}

void RangeWatch::Run() {
  while (true) {
    Look();
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&is_stopping_), kPause);
    if (is_stopping_) return;
  }
}

void RangeWatch::Look() {
  Ranges ranges;
  ranges.reserve(names_.size());
  std::vector<absl::Time> times;
  times.reserve(names_.size());
  for (const std::string& name : names_) {
    ranges.push_back(ReadRange(name));
    times.push_back(absl::Now());
  }
  absl::MutexLock lock(&mutex_);
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (!history_[i].empty() && history_[i].back().range == ranges[i]) continue;
    history_[i].push_back({std::move(ranges[i]), times[i]});
  }
  ++look_count_;
}

std::vector<RangeWatch::Seen> RangeWatch::HistoryOf(size_t pod) const {
  absl::MutexLock lock(&mutex_);
  return history_[pod];
}

std::string RangeWatch::StoryOf(size_t pod) const {
  return absl::StrJoin(HistoryOf(pod), " > ", [](std::string* out, const Seen& seen) {
    absl::StrAppend(out, WordFor(seen.range));
  });
}

RangeWatch::Ranges RangeWatch::Now() const {
  absl::MutexLock lock(&mutex_);
  Ranges ranges;
  ranges.reserve(history_.size());
  for (const std::vector<Seen>& seen : history_) ranges.push_back(seen.back().range);
  return ranges;
}

bool RangeWatch::WaitFor(const std::function<bool(const Ranges&)>& wanted,
                         absl::Duration limit) const {
  const absl::Time give_up = absl::Now() + limit;
  int seen = 0;
  {
    absl::MutexLock lock(&mutex_);
    // One look may be under way.
    seen = look_count_ == 0 ? 0 : look_count_ + 1;
  }
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      auto is_newer = [this, seen]()
                          ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return look_count_ > seen; };
      if (!mutex_.AwaitWithDeadline(absl::Condition(&is_newer), give_up)) return false;
      seen = look_count_;
    }
    if (wanted(Now())) return true;
  }
}

void RangeWatch::LookAgain() const {
  WaitFor([](const Ranges&) { return true; }, absl::InfiniteDuration());
}

size_t CountOf(const RangeWatch::Ranges& ranges, const std::string& range) {
  return static_cast<size_t>(std::count(ranges.begin(), ranges.end(), range));
}

}  // namespace berthmaster
