#ifndef BERTHMASTER_AGENT_TOP_TOP_VIEW_H_
#define BERTHMASTER_AGENT_TOP_TOP_VIEW_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/top/top_rows.h"
#include "agent/top/top_state.h"

namespace berthmaster {

struct TopFrame {
  // Of the terminal, in characters.
  size_t width = 80;
  size_t height = 24;
  bool has_colours = false;
  // What this host is called.
  absl::string_view host = {};
  // Why the last sample failed; empty while it did not.
  absl::string_view failure = {};
};

// How many rows of pools a frame of this height has room for.
size_t TopPageRows(size_t height);

// One frame: lines that end with \n, at most `height` of them, of at most `width` printable ASCII
// characters each; colours are the only control characters. Nothing that others chose can bring in
// more: labels and names are escaped. `rows` are what SelectRows() gave for `sample`. Pure.
std::string RenderTop(const TopSample& sample, const std::vector<TopRow>& rows,
                      const TopState& state, const TopFrame& frame);

// The plain list of all rows, for a pipe: a header and one line for each, not cut.
std::string RenderBatch(const TopSample& sample, const std::vector<TopRow>& rows,
                        absl::string_view host);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TOP_VIEW_H_
