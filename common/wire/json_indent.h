#ifndef BERTHMASTER_COMMON_WIRE_JSON_INDENT_H_
#define BERTHMASTER_COMMON_WIRE_JSON_INDENT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// Sets well-formed JSON without white space out over lines, two spaces a level, empty arrays and
// objects on one line. Other input gives other output, but never fails.
std::string IndentJson(absl::string_view compact);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_WIRE_JSON_INDENT_H_
