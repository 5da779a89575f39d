#include "agent/top/top_state.h"

#include <algorithm>

namespace berthmaster {
namespace {

void Select(size_t row, const std::vector<TopRow>& rows, TopState& state) {
  state.selected = rows.empty() ? 0 : std::min(row, rows.size() - 1);
  state.selected_pool.reset();
  if (!rows.empty()) state.selected_pool = rows[state.selected].id();
}

void Move(KeyCode code, const std::vector<TopRow>& rows, size_t page_rows, TopState& state) {
  const bool is_list = state.page == TopPage::kPools;
  size_t at = is_list ? state.selected : state.first_shown;
  const size_t page = std::max<size_t>(page_rows, 1);
  switch (code) {
    case KeyCode::kUp:
      at -= std::min<size_t>(at, 1);
      break;
    case KeyCode::kDown:
      at += 1;
      break;
    case KeyCode::kPageUp:
      at -= std::min(at, page);
      break;
    case KeyCode::kPageDown:
      at += page;
      break;
    case KeyCode::kHome:
      at = 0;
      break;
    case KeyCode::kEnd:
      // A page of text has its end where the view finds it.
      at = is_list ? rows.size() : at + page;
      break;
    default:
      return;
  }
  if (is_list) {
    Select(at, rows, state);
  } else {
    state.first_shown = at;
  }
}

void Open(TopPage page, TopState& state) {
  state.page = state.page == page ? TopPage::kPools : page;
  state.first_shown = 0;
}

void SortBy(TopSort sort, TopState& state) {
  state.is_reversed = state.sort == sort && !state.is_reversed;
  state.sort = sort;
}

void HandleTyping(const Key& key, TopState& state) {
  if (key.code == KeyCode::kEnter) {
    state.is_typing = false;
  } else if (key.code == KeyCode::kEscape) {
    state.is_typing = false;
    state.filter.clear();
  } else if (key.code == KeyCode::kBackspace) {
    if (!state.filter.empty()) state.filter.pop_back();
  } else if (key.code == KeyCode::kText && state.filter.size() < kTopFilterBytesMax) {
    state.filter.push_back(key.text);
  }
}

void HandleText(char text, TopState& state) {
  switch (text) {
    case 'q':
      state.is_quitting = true;
      break;
    case '?':
    case 'h':
      Open(TopPage::kHelp, state);
      break;
    case 'l':
      Open(TopPage::kLimitations, state);
      break;
    case ' ':
    case 'p':
      state.is_paused = !state.is_paused;
      break;
    case '/':
      state.page = TopPage::kPools;
      state.is_typing = true;
      break;
    case '+':
      state.interval = std::min(state.interval * 2, kTopIntervalMax);
      break;
    case '-':
      state.interval = std::max(state.interval / 2, kTopIntervalMin);
      break;
    case 'u':
      SortBy(TopSort::kUtilization, state);
      break;
    case 'i':
      SortBy(TopSort::kInUse, state);
      break;
    case 'd':
      SortBy(TopSort::kHeadroom, state);
      break;
    case 'r':
      SortBy(TopSort::kRate, state);
      break;
    case 't':
      SortBy(TopSort::kTimeToExhaustion, state);
      break;
    case 'n':
      SortBy(TopSort::kNetns, state);
      break;
    default:
      break;
  }
}

}  // namespace

void HandleKey(const Key& key, const std::vector<TopRow>& rows, size_t page_rows, TopState& state) {
  if (state.is_typing) return HandleTyping(key, state);
  switch (key.code) {
    case KeyCode::kText:
      return HandleText(key.text, state);
    case KeyCode::kEnter:
      if (!rows.empty() || state.page != TopPage::kPools) Open(TopPage::kDetail, state);
      return;
    case KeyCode::kEscape:
    case KeyCode::kBackspace:
      // The innermost first.
      if (state.page != TopPage::kPools) return Open(state.page, state);
      state.filter.clear();
      return;
    default:
      return Move(key.code, rows, page_rows, state);
  }
}

void FollowSelection(const std::vector<TopRow>& rows, size_t page_rows, TopState& state) {
  if (state.selected_pool.has_value()) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const TopRow& row) {
      return row.id() == *state.selected_pool;
    });
    if (found != rows.end()) state.selected = static_cast<size_t>(found - rows.begin());
  }
  state.selected = rows.empty() ? 0 : std::min(state.selected, rows.size() - 1);
  if (state.page != TopPage::kPools) return;
  const size_t page = std::max<size_t>(page_rows, 1);
  if (state.selected < state.first_shown) state.first_shown = state.selected;
  if (state.selected >= state.first_shown + page) state.first_shown = state.selected - page + 1;
  // No empty lines below the last row while there are rows above.
  state.first_shown = std::min(state.first_shown, rows.size() > page ? rows.size() - page : 0);
}

}  // namespace berthmaster
