#ifndef BERTHMASTER_CONTROLLER_API_PAGE_TOKEN_H_
#define BERTHMASTER_CONTROLLER_API_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Page sizes of every List method (AIP-158): what 0 means, and what more is cut down to.
inline constexpr int kPageSizeDefault = 100;
inline constexpr int kPageSizeMax = 1000;
// Longer than any token made here: two resource names in base64.
inline constexpr size_t kPageTokenBytesMax = 4096;

// Which list a page belongs to. A token of one scope is refused in another.
struct PageScope {
  // "ListPools"
  absl::string_view method;
  // The filter's deterministic serialization.
  std::string filter;
};

// The page that a caller asks for.
struct Page {
  // 1 to kPageSizeMax.
  int size = kPageSizeDefault;
  // The sort key of the last item of the page before; empty for the first page.
  std::vector<std::string> after;
};

// INVALID_ARGUMENT for a negative size, and for a token that MakePageToken did not make in this
// scope with `key_parts` parts.
absl::StatusOr<Page> ParsePage(const PageScope& scope, int32_t page_size,
                               absl::string_view page_token, size_t key_parts);

// The opaque token of the page after the item with sort key `last_key`: base64url of a version, a
// checksum over scope and key, and the key (a keyset, so that nothing is kept for it and what comes
// and goes meanwhile shifts no page).
std::string MakePageToken(const PageScope& scope, const std::vector<std::string>& last_key);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_PAGE_TOKEN_H_
