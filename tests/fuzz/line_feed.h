#ifndef BERTHMASTER_TESTS_FUZZ_LINE_FEED_H_
#define BERTHMASTER_TESTS_FUZZ_LINE_FEED_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Gives bytes, in pieces of lengths that hang on them, to a LineBuffer, and each line to `visit`.
// Aborts when bytes are lost or made.
void FeedLines(const uint8_t* data, size_t size, absl::FunctionRef<void(absl::string_view)> visit);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_LINE_FEED_H_
