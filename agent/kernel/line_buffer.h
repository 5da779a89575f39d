#ifndef BERTHMASTER_AGENT_KERNEL_LINE_BUFFER_H_
#define BERTHMASTER_AGENT_KERNEL_LINE_BUFFER_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// Cuts text that arrives in pieces of any size into lines, in place and without an allocation for a
// line. One thread.
class LineBuffer {
 public:
  // The longest line that is taken, with its end, has `size` bytes.
  explicit LineBuffer(size_t size) : bytes_(size) {}

  // Where the next piece goes. Empty when a line is longer than the buffer. Lines handed out before
  // are gone then.
  std::span<char> Space();
  // `size` bytes of Space() have been written.
  void Commit(size_t size) { end_ += size; }
  // Takes the next whole line, without its end; false when there is none yet.
  bool Next(absl::string_view& line);
  // What has come after the last line end.
  absl::string_view rest() const { return {bytes_.data() + begin_, end_ - begin_}; }
  // Forgets everything.
  void Clear() { begin_ = end_ = 0; }

 private:
  std::vector<char> bytes_;
  // What is not handed out yet: [begin_, end_).
  size_t begin_ = 0;
  size_t end_ = 0;
};

// A line for an error message: short, and fit for a terminal.
std::string QuoteLine(absl::string_view line);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_LINE_BUFFER_H_
