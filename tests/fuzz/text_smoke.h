#ifndef BERTHMASTER_TESTS_FUZZ_TEXT_SMOKE_H_
#define BERTHMASTER_TESTS_FUZZ_TEXT_SMOKE_H_

#include "absl/strings/string_view.h"
#include "tests/fuzz/corpus.h"

namespace berthmaster {

// Short, fixed runs of a target that reads text, for every build.

// Over `seed` with some bytes of it changed, or its end gone.
void RunMutatedText(absl::string_view seed, FuzzTarget fuzz);

// Over bytes without sense, in lines.
void RunTextWithoutSense(FuzzTarget fuzz);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_TEXT_SMOKE_H_
