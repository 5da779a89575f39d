#ifndef BERTHMASTER_COMMON_LOG_LOG_H_
#define BERTHMASTER_COMMON_LOG_LOG_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// The log: lines on standard error, "2026-11-22T10:00:00.000Z INFO message". Any thread.
// WARNING and above is for what a person may have to act on; INFO is for lifecycle and for every
// change of a kernel value; DEBUG for what repeats with each sample.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Sets the lowest level that is written; INFO until then. INVALID_ARGUMENT unless `name` is debug,
// info, warning or error.
absl::Status SetLogLevel(absl::string_view name);

// Writes one line; control characters in the message are written as escapes, since much of it comes
// from outside.
void WriteLog(LogLevel level, absl::string_view message);

template <typename... Parts>
void LogDebug(const Parts&... parts) {
  WriteLog(LogLevel::kDebug, absl::StrCat(parts...));
}
template <typename... Parts>
void LogInfo(const Parts&... parts) {
  WriteLog(LogLevel::kInfo, absl::StrCat(parts...));
}
template <typename... Parts>
void LogWarning(const Parts&... parts) {
  WriteLog(LogLevel::kWarning, absl::StrCat(parts...));
}
template <typename... Parts>
void LogError(const Parts&... parts) {
  WriteLog(LogLevel::kError, absl::StrCat(parts...));
}

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_LOG_LOG_H_
