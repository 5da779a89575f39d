#ifndef BERTHMASTER_TESTS_FUZZ_CORPUS_H_
#define BERTHMASTER_TESTS_FUZZ_CORPUS_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace berthmaster {

using FuzzTarget = void (*)(const uint8_t* data, size_t size);

// Runs a target over each file of tests/fuzz/corpus/<name>, found below BERTHMASTER_SOURCE_DIR.
// Fails the test when the folder is not there or holds no file. Says each file's name before it is
// run, so that the last line before an abort names the file to look at.
void RunCorpus(absl::string_view name, FuzzTarget fuzz);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_CORPUS_H_
