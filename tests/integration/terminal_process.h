#ifndef BERTHMASTER_TESTS_INTEGRATION_TERMINAL_PROCESS_H_
#define BERTHMASTER_TESTS_INTEGRATION_TERMINAL_PROCESS_H_

#include <sys/types.h>
#include <termios.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/file/file.h"

namespace berthmaster {

// A program under a terminal of its own (a pty), as a person has it. Killed and reaped when the
// object goes. One thread.
class TerminalProcess {
 public:
  // Aborts the test program when it cannot be started.
  TerminalProcess(const std::vector<std::string>& command, int width, int height);
  ~TerminalProcess();
  TerminalProcess(const TerminalProcess&) = delete;
  TerminalProcess& operator=(const TerminalProcess&) = delete;

  // Whether `text` comes, after what earlier calls have taken.
  bool WaitFor(absl::string_view text, absl::Duration limit);
  void Type(absl::string_view bytes);
  void Resize(int width, int height);
  void Signal(int signal_number);
  // The exit code, 128 + n when ended by signal n, or -1 when the time is over. Takes the output.
  int WaitForExit(absl::Duration limit);

  // How the terminal is set now; it lives on after the program.
  termios Settings() const;
  // Everything that came.
  const std::string& output() const { return output_; }

 private:
  bool ReadSome(absl::Duration limit);

  pid_t pid_ = -1;
  int exit_code_ = -1;
  UniqueFd controlling_;
  // Kept open, so that the terminal's settings can be read when the program is gone.
  UniqueFd terminal_;
  std::string output_;
  size_t taken_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_INTEGRATION_TERMINAL_PROCESS_H_
