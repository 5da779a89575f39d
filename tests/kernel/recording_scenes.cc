#include "tests/kernel/recording_scenes.h"

#include <poll.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"

namespace berthmaster {
namespace {

void SleepUntil(const Clock& clock, absl::Duration moment) {
  const absl::Duration wait = moment - clock.MonotonicNow();
  if (wait > absl::ZeroDuration()) {
    poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(wait)));
  }
}

}  // namespace

RecordedScene::RecordedScene(const std::string& path, absl::Duration duration,
                             const std::string& source, const std::string& destination)
    : netns_(ScopedNetns::Make().value()),
      source_(source),
      destination_(destination),
      duration_(duration) {
  for (const std::string& address : {source, destination}) {
    // 127/8 is there from the beginning.
    if (absl::StartsWith(address, "127.")) continue;
    if (!netns_->AddAddress(address).ok()) abort();
  }
  if (!netns_->SetSysctl("net.ipv4.ip_local_port_range", "40000 40399").ok()) abort();
  server_ = TestServer::Make(*netns_, destination, kPort, ServerMode::kClosesSecond).value();
  recorder_ =
      ChildProcess::Start({BinaryPath("berthmaster-agent"), "sample", "--record", path, "--for",
                           absl::FormatDuration(duration), "--host-id", "web-1", "--netns",
                           netns_->name(), "--sample-interval", "1s", "--cpu-budget", "100%"});
  if (!recorder_->WaitForOutput("recording host web-1", absl::Seconds(30))) abort();
}

ConnectOptions RecordedScene::to_server() const {
  return {.source = source_, .destination = destination_, .destination_port = kPort};
}

void RecordedScene::OpenAndKeep(int count, double per_second) {
  const LinuxClock clock;
  const absl::Duration start = clock.MonotonicNow();
  netns_->RunInside([&] {
    for (int i = 0; i < count; ++i) {
      SleepUntil(clock, start + absl::Seconds(i / per_second));
      ConnectResult result = Connect(to_server());
      if (result.error_number != 0) return;
      kept_.push_back(std::move(result.fd));
    }
  });
}

absl::Duration RecordedScene::Churn(double per_second, absl::Duration duration) {
  const LinuxClock clock;
  const absl::Duration end = clock.MonotonicNow() + duration;
  ShortConnections load(*netns_, to_server(), per_second);
  SleepUntil(clock, end);
  return load.first_exhausted();
}

int RecordedScene::Finish() { return recorder_->WaitForExit(duration_ + absl::Seconds(30)); }

}  // namespace berthmaster
