#ifndef BERTHMASTER_AGENT_TOP_TOP_PAGES_H_
#define BERTHMASTER_AGENT_TOP_TOP_PAGES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "agent/top/top_rows.h"

namespace berthmaster {

// The pages of text of the view, as lines of printable ASCII; what does not fit into `width` goes
// on in the next line. Pure.

// All that is known of one pool: its figures, states, owners, coming releases, what its namespace
// says.
std::vector<std::string> DetailLines(const TopRow& row, size_t width);

// What could not be seen, each with the remedy.
std::vector<std::string> LimitationLines(const TopSample& sample, size_t width);

// The keys and the columns.
std::vector<std::string> HelpLines();

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TOP_PAGES_H_
