#include "controller/api/request_check.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/reason.h"
#include "common/wire/field_check.h"

namespace berthmaster {
namespace {

// Ids are 20 characters (common/ids); longer ones are no ids, and are not to be searched for.
constexpr size_t kIdBytesMax = 64;

// Code points; protobuf has checked already that the field is UTF-8.
size_t CharacterCount(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  }));
}

}  // namespace

absl::Status CheckReason(absl::string_view reason) {
  if (absl::StripAsciiWhitespace(reason).empty()) {
    return ReasonStatus(absl::StatusCode::kInvalidArgument, "REASON_INVALID",
                        absl::StrCat("reason: missing; say why in 1 to ", kReasonCharactersMax,
                                     " characters, it is recorded"));
  }
  const size_t characters = CharacterCount(reason);
  if (characters <= kReasonCharactersMax) return absl::OkStatus();
  return ReasonStatus(absl::StatusCode::kInvalidArgument, "REASON_INVALID",
                      absl::StrCat("reason: has ", characters, " characters; at most ",
                                   kReasonCharactersMax, " are allowed"));
}

absl::Status CheckEtag(absl::string_view etag) {
  if (etag.size() <= kEtagBytesMax) return absl::OkStatus();
  return FieldError("etag", etag, "is longer than any etag; send one that a read gave");
}

absl::Status CheckRequestId(absl::string_view request_id) {
  if (request_id.empty()) return absl::OkStatus();
  constexpr absl::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  bool fits = request_id.size() == kForm.size();
  for (size_t i = 0; fits && i < kForm.size(); ++i) {
    fits = kForm[i] == '-' ? request_id[i] == '-'
                           : absl::ascii_isxdigit(static_cast<unsigned char>(request_id[i]));
  }
  if (fits) return absl::OkStatus();
  return FieldError("request_id", request_id,
                    "is not a UUID such as 123e4567-e89b-42d3-a456-426614174000");
}

absl::StatusOr<std::string> ParseId(absl::string_view field, absl::string_view collection,
                                    absl::string_view name) {
  absl::string_view id = name;
  const bool has_prefix = absl::ConsumePrefix(&id, collection) && absl::ConsumePrefix(&id, "/");
  const bool has_id = !id.empty() && id.size() <= kIdBytesMax &&
                      std::all_of(id.begin(), id.end(), [](unsigned char c) {
                        return absl::ascii_isalnum(c) || c == '-' || c == '_';
                      });
  if (has_prefix && has_id) return std::string(id);
  return FieldError(field, name, absl::StrCat("is not a name of the form ", collection, "/{id}"));
}

absl::Status NoSuch(absl::string_view name) {
  return absl::NotFoundError(
      absl::StrCat("there is no ", name, "; the List method names what there is"));
}

std::string DeterministicBytes(const google::protobuf::MessageLite& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

std::string DeterministicSha256(const google::protobuf::MessageLite& message) {
  const std::string bytes = DeterministicBytes(message);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

}  // namespace berthmaster
