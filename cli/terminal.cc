#include "cli/terminal.h"

#include <poll.h>
#include <unistd.h>

#include <cstdio>

namespace berthmaster {

bool Print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

void Complain(const std::string& text) { std::fprintf(stderr, "berthctl: %s\n", text.c_str()); }

void WaitForReaderToGo(absl::Duration limit) {
  pollfd output{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  poll(&output, 1, static_cast<int>(absl::ToInt64Milliseconds(limit)));
}

}  // namespace berthmaster
