#ifndef BERTHMASTER_COMMON_STATUS_ANNOTATE_H_
#define BERTHMASTER_COMMON_STATUS_ANNOTATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// `status` with "what: " before its message; the code and payloads stay. An OK status stays as it
// is.
absl::Status Annotate(const absl::Status& status, absl::string_view what);

// The status of a failed system call: the code that fits `error_number`, and "what: strerror".
absl::Status ErrnoStatus(int error_number, absl::string_view what);

}  // namespace berthmaster

// Returns the error of `expression` from the enclosing function, if it has one.
#define BERTHMASTER_RETURN_IF_ERROR(expression)                                     \
  do {                                                                              \
    if (absl::Status berthmaster_status = (expression); !berthmaster_status.ok()) { \
      return berthmaster_status;                                                    \
    }                                                                               \
  } while (false)

// Declares or assigns `target` from a StatusOr, or returns its error from the enclosing function.
#define BERTHMASTER_ASSIGN_OR_RETURN(target, expression)                                    \
  BERTHMASTER_ASSIGN_OR_RETURN_INNER(BERTHMASTER_CONCAT(berthmaster_or_, __LINE__), target, \
                                     expression)
#define BERTHMASTER_ASSIGN_OR_RETURN_INNER(holder, target, expression) \
  auto holder = (expression);                                          \
  if (!holder.ok()) return holder.status();                            \
  target = *std::move(holder)
#define BERTHMASTER_CONCAT(a, b) BERTHMASTER_CONCAT_INNER(a, b)
#define BERTHMASTER_CONCAT_INNER(a, b) a##b

#endif  // BERTHMASTER_COMMON_STATUS_ANNOTATE_H_
