#ifndef BERTHMASTER_CLI_TERMINAL_H_
#define BERTHMASTER_CLI_TERMINAL_H_

#include <string>

#include "absl/time/time.h"

namespace berthmaster {

// Writes `text` to standard output at once; false when it cannot.
bool Print(const std::string& text);

// Writes a line for a person to standard error.
void Complain(const std::string& text);

// Returns after `limit`, or as soon as nobody reads standard output any more.
void WaitForReaderToGo(absl::Duration limit);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_TERMINAL_H_
