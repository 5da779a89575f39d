#ifndef BERTHMASTER_AGENT_TOP_TERMINAL_H_
#define BERTHMASTER_AGENT_TOP_TERMINAL_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/file/file.h"

namespace berthmaster {

// The terminal on standard input and output, given over to a full-screen view: keys come singly and
// unseen, the screen is the alternate one, the cursor is hidden, lines do not wrap. One for each
// process, one thread.
//
// What was there before comes back on every way out: in the destructor, while the process is
// stopped by Ctrl-Z, and in a handler for the signals of a crash. SIGINT, SIGTERM, SIGHUP, SIGQUIT,
// SIGTSTP and SIGWINCH are blocked from Open() on and read by Wait(), so make it before any thread.
class Terminal {
 public:
  // FAILED_PRECONDITION when standard input or output is no terminal.
  static absl::StatusOr<std::unique_ptr<Terminal>> Open();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    size_t width = 80;
    size_t height = 24;
  };
  // As the kernel knows it, within 1 and 1000; 80 by 24 where it does not.
  Size size() const;

  // Replaces the screen by `frame`: lines that end with \n, no more than the height.
  absl::Status Draw(absl::string_view frame);

  struct Event {
    // What was typed; see ParseKeys().
    std::string bytes;
    // The view is to be drawn anew.
    bool is_resized = false;
    // A signal, or the other end of the terminal is gone: time to end.
    bool is_ended = false;
  };
  // Blocks until something happens, `timeout` at most.
  Event Wait(absl::Duration timeout);

 private:
  explicit Terminal(UniqueFd signals) : signals_(std::move(signals)) {}

  void TakeSignal(Event& event);
  UniqueFd signals_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_TOP_TERMINAL_H_
