#ifndef BERTHMASTER_TESTS_TIDY_SOURCE_TREE_H_
#define BERTHMASTER_TESTS_TIDY_SOURCE_TREE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/tidy/source_file.h"

namespace berthmaster::tidy {

// Reads every text file below `root` that git tracks or would track, generated and recorded files
// (tests/testdata, lock files) left out. FAILED_PRECONDITION if git does not answer there.
absl::StatusOr<std::vector<SourceFile>> ReadSourceTree(const std::string& root);

}  // namespace berthmaster::tidy

#endif  // BERTHMASTER_TESTS_TIDY_SOURCE_TREE_H_
