#ifndef BERTHMASTER_CONTROLLER_API_REQUEST_CHECK_H_
#define BERTHMASTER_CONTROLLER_API_REQUEST_CHECK_H_

#include <google/protobuf/message_lite.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// The checks of what callers send. All errors are INVALID_ARGUMENT, begin with the field's name and
// say what is allowed.

// Characters of a reason, as the contract says.
inline constexpr int kReasonCharactersMax = 1000;
// An etag is a number.
inline constexpr size_t kEtagBytesMax = 32;
// Sysctls of one approval: the catalogue has fewer.
inline constexpr int kDesiredValuesMax = 16;

// 1 to kReasonCharactersMax characters of UTF-8, not only white space.
absl::Status CheckReason(absl::string_view reason);
absl::Status CheckEtag(absl::string_view etag);
// Empty, or a UUID in its usual form.
absl::Status CheckRequestId(absl::string_view request_id);

// The {id} of "`collection`/{id}", "incidents" for example.
absl::StatusOr<std::string> ParseId(absl::string_view field, absl::string_view collection,
                                    absl::string_view name);

// NOT_FOUND for a resource that does not exist.
absl::Status NoSuch(absl::string_view name);

// Equal messages give equal bytes, also with maps in them.
std::string DeterministicBytes(const google::protobuf::MessageLite& message);
// SHA-256 of that, in hex.
std::string DeterministicSha256(const google::protobuf::MessageLite& message);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_REQUEST_CHECK_H_
