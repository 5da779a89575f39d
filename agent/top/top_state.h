#ifndef BERTHMASTER_AGENT_TOP_TOP_STATE_H_
#define BERTHMASTER_AGENT_TOP_TOP_STATE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/top/key.h"
#include "agent/top/top_rows.h"

namespace berthmaster {

// What + and - choose from.
inline constexpr absl::Duration kTopIntervalMin = absl::Seconds(1);
inline constexpr absl::Duration kTopIntervalMax = absl::Minutes(1);
// Longer than any name that is worth typing.
inline constexpr size_t kTopFilterBytesMax = 64;

enum class TopPage : uint8_t { kPools, kDetail, kLimitations, kHelp };

// What the person at the keys has chosen.
struct TopState {
  TopPage page = TopPage::kPools;
  TopSort sort = TopSort::kUtilization;
  bool is_reversed = false;
  std::string filter;
  // While the filter is typed, every character is part of it.
  bool is_typing = false;
  bool is_paused = false;
  bool is_quitting = false;
  absl::Duration interval = absl::Seconds(2);
  // The selected row, and the pool in it: a pool keeps the selection when the order changes.
  size_t selected = 0;
  std::optional<TopPoolId> selected_pool;
  // The first line shown, of the pools or of a page of text.
  size_t first_shown = 0;
};

// Takes one key. `page_rows` is how many rows the view has room for.
void HandleKey(const Key& key, const std::vector<TopRow>& rows, size_t page_rows, TopState& state);

// Puts the selection where its pool is now, and the window around it. To be called for every frame,
// before it is drawn.
void FollowSelection(const std::vector<TopRow>& rows, size_t page_rows, TopState& state);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TOP_STATE_H_
