#ifndef BERTHMASTER_TESTS_TIDY_RULES_H_
#define BERTHMASTER_TESTS_TIDY_RULES_H_

#include <vector>

#include "tests/tidy/source_file.h"

namespace berthmaster::tidy {

// Who may include whom; for C++ files.
std::vector<Violation> CheckIncludes(const SourceFile& file);

// Words that have a replacement, in code, in literals and in any text.
std::vector<Violation> CheckBannedText(const SourceFile& file);

// Length and name of one file.
std::vector<Violation> CheckShape(const SourceFile& file);

// A README.md of bounded length in each folder that has sources.
std::vector<Violation> CheckReadmes(const std::vector<SourceFile>& files);

}  // namespace berthmaster::tidy

#endif  // BERTHMASTER_TESTS_TIDY_RULES_H_
