#include "tests/scenarios/load.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace berthmaster {
namespace {

// How finely a rate is followed.
constexpr absl::Duration kTick = absl::Milliseconds(20);

bool IsExhaustion(int error_number) {
  return error_number == EADDRNOTAVAIL || error_number == EADDRINUSE || error_number == EAGAIN;
}

}  // namespace

Load::Load(const ScopedNetns& netns, LoadPlan plan)
    : plan_(std::move(plan)),
      start_(clock_.MonotonicNow()),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this, &netns] { netns.RunInside([this] { Run(); }); });
}

Load::~Load() {
  const uint64_t one = 1;
  if (write(wake_.get(), &one, sizeof(one)) < 0) std::abort();
  thread_.join();
}

void Load::Run() {
  double due = 0;
  absl::Duration last = start_;
  const timespec tick = absl::ToTimespec(kTick);
  while (true) {
    pollfd event = {wake_.get(), POLLIN, 0};
    if (ppoll(&event, 1, &tick, nullptr) > 0) return;
    const absl::Duration now = clock_.MonotonicNow();
    std::erase_if(kept_, [now](const Kept& one) { return one.close_time <= now; });
    const double rate = plan_.rate(now - start_);
    if (rate < 0) {
      kept_.clear();
      due = 0;
    }
    due += std::max(rate, 0.0) * absl::ToDoubleSeconds(now - last);
    last = now;
    for (; due >= 1; --due) Act(now);
  }
}

void Load::Act(absl::Duration now) {
  ConnectResult result = plan_.open();
  if (result.error_number == 0) {
    ++ok_count_;
    if (plan_.hold_time > absl::ZeroDuration()) {
      kept_.push_back({now + plan_.hold_time, std::move(result.fd)});
    }
  } else if (IsExhaustion(result.error_number)) {
    if (++exhausted_count_ == 1) {
      first_exhausted_us_ = absl::ToInt64Microseconds(clock_.MonotonicNow());
    }
  } else {
    ++failed_count_;
  }
}

std::function<double(absl::Duration)> Steady(double per_second) {
  return [per_second](absl::Duration) { return per_second; };
}

std::function<double(absl::Duration)> Change(double first, absl::Duration change, double then) {
  return [=](absl::Duration since) { return since < change ? first : then; };
}

std::function<double(absl::Duration)> Ramp(double per_second_each_second) {
  return
      [=](absl::Duration since) { return per_second_each_second * absl::ToDoubleSeconds(since); };
}

std::function<double(absl::Duration)> Bursts(double per_second, absl::Duration length,
                                             absl::Duration period) {
  return [=](absl::Duration since) { return since % period < length ? per_second : 0; };
}

}  // namespace berthmaster
