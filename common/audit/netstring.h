#ifndef BERTHMASTER_COMMON_AUDIT_NETSTRING_H_
#define BERTHMASTER_COMMON_AUDIT_NETSTRING_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Appends `field` with its length before it, so that no two lists of fields give the same bytes:
// "3:abc,".
inline void AppendNetstring(std::string& bytes, absl::string_view field) {
  absl::StrAppend(&bytes, field.size(), ":", field, ",");
}

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_AUDIT_NETSTRING_H_
