#include "agent/top/top_loop.h"

#include <string>
#include <utility>
#include <vector>

#include "agent/top/key.h"
#include "agent/top/top_rows.h"
#include "agent/top/top_state.h"
#include "agent/top/top_view.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// While paused there is nothing to wait for but the keys.
constexpr absl::Duration kPausedWait = absl::Hours(1);

}  // namespace

absl::Status RunTopLoop(const TopOptions& options, HostSampler& sampler, const Clock& clock,
                        Terminal& terminal) {
  TopState state;
  state.interval = options.interval;
  TopSample sample;
  std::string failure;
  absl::Duration next_sample = clock.MonotonicNow();
  while (true) {
    if (!state.is_paused && clock.MonotonicNow() >= next_sample) {
      absl::StatusOr<HostSample> taken = sampler.Sample();
      failure = std::string(taken.status().message());
      if (taken.ok()) sample = TopSample(*std::move(taken));
      next_sample = clock.MonotonicNow() + state.interval;
    }
    const std::vector<TopRow> rows =
        SelectRows(sample, state.sort, state.is_reversed, state.filter);
    const Terminal::Size size = terminal.size();
    const size_t page_rows = TopPageRows(size.height);
    FollowSelection(rows, page_rows, state);
    BERTHMASTER_RETURN_IF_ERROR(terminal.Draw(
        RenderTop(sample, rows, state,
                  {size.width, size.height, options.has_colours, options.host, failure})));

    const absl::Duration interval_before = state.interval;
    const Terminal::Event event =
        terminal.Wait(state.is_paused ? kPausedWait : next_sample - clock.MonotonicNow());
    for (const Key& key : ParseKeys(event.bytes)) HandleKey(key, rows, page_rows, state);
    if (event.is_ended || state.is_quitting) return absl::OkStatus();
    next_sample += state.interval - interval_before;
  }
}

}  // namespace berthmaster
