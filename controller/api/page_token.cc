#include "controller/api/page_token.h"

#include <openssl/sha.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

constexpr char kVersion = 1;
// A token is a position, not a secret: the checksum finds accidents and mix-ups, which 64 bits do.
constexpr size_t kChecksumBytes = 8;

// Each part with its length before it, so that no two lists of parts give the same bytes.
std::string JoinParts(const std::vector<std::string>& parts) {
  std::string bytes;
  for (const std::string& part : parts) absl::StrAppend(&bytes, part.size(), ":", part);
  return bytes;
}

bool SplitParts(absl::string_view bytes, std::vector<std::string>& parts) {
  while (!bytes.empty()) {
    const size_t colon = bytes.find(':');
    size_t length = 0;
    if (colon == absl::string_view::npos || !absl::SimpleAtoi(bytes.substr(0, colon), &length) ||
        length > bytes.size() - colon - 1) {
      return false;
    }
    parts.emplace_back(bytes.substr(colon + 1, length));
    bytes.remove_prefix(colon + 1 + length);
  }
  return true;
}

std::string Checksum(const PageScope& scope, absl::string_view key) {
  const std::string bytes = JoinParts({std::string(scope.method), scope.filter, std::string(key)});
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), kChecksumBytes);
}

absl::Status BadToken() {
  return absl::InvalidArgumentError(
      "page_token: not a token that this method gave for this filter; send the next_page_token of "
      "the page before with the same filter, or leave it empty for the first page");
}

}  // namespace

absl::StatusOr<Page> ParsePage(const PageScope& scope, int32_t page_size,
                               absl::string_view page_token, size_t key_parts) {
  if (page_size < 0) {
    return absl::InvalidArgumentError(absl::StrCat("page_size: ", page_size,
                                                   " is negative; send 1 to ", kPageSizeMax,
                                                   ", or 0 for ", kPageSizeDefault));
  }
  Page page;
  if (page_size > 0) page.size = std::min(page_size, kPageSizeMax);
  if (page_token.empty()) return page;

  std::string bytes;
  if (page_token.size() > kPageTokenBytesMax || !absl::WebSafeBase64Unescape(page_token, &bytes) ||
      bytes.size() < 1 + kChecksumBytes || bytes[0] != kVersion) {
    return BadToken();
  }
  const absl::string_view key = absl::string_view(bytes).substr(1 + kChecksumBytes);
  if (Checksum(scope, key) != bytes.substr(1, kChecksumBytes) || !SplitParts(key, page.after) ||
      page.after.size() != key_parts) {
    return BadToken();
  }
  return page;
}

std::string MakePageToken(const PageScope& scope, const std::vector<std::string>& last_key) {
  const std::string key = JoinParts(last_key);
  return absl::WebSafeBase64Escape(
      absl::StrCat(absl::string_view(&kVersion, 1), Checksum(scope, key), key));
}

}  // namespace berthmaster
