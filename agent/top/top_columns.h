#ifndef BERTHMASTER_AGENT_TOP_TOP_COLUMNS_H_
#define BERTHMASTER_AGENT_TOP_TOP_COLUMNS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/top/top_rows.h"

namespace berthmaster {

// The table of pools, laid out for a width. Pure.
class TopColumns {
 public:
  // Takes the columns that fit into `width`, the most telling ones first; the pool's key and its
  // states get what is left.
  explicit TopColumns(size_t width);

  std::string Header() const;
  std::string Line(const TopRow& row) const;

 private:
  struct Placed {
    size_t column = 0;
    size_t width = 0;
  };
  std::vector<Placed> placed_;
};

// "[#####|.....]": how full a pool is; the bar in its middle is the knee at 50 %, from where each
// connect() costs a hundred times as much. `width` is that of the whole, 5 or more.
std::string UtilizationBar(double utilization, size_t width);

// "now", "42s", "12m", "3h"; "-" for none.
std::string TimeLeftText(const std::optional<absl::Duration>& time_left);

// `text` cut to `width` characters, with "~" as the last of a text that was cut.
std::string Cut(absl::string_view text, size_t width);

// `counts` as one character each, '.' for none and then from '_' to '#'.
std::string Sparkline(const std::vector<int32_t>& counts);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TOP_COLUMNS_H_
