#include "agent/advise/advice_file_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

// With the suffix and that of a temporary file below NAME_MAX (255).
constexpr size_t kStemBytesMax = 200;
constexpr size_t kHashDigits = 16;

// FNV-1a: the same in every version of the agent. That two long names have one hash is found out
// by the publisher, which then refuses the second.
uint64_t HashOf(absl::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211u;
  return hash;
}

bool IsPlain(char byte, bool is_first) {
  if (byte == '.') return !is_first;
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '-' || byte == '_';
}

}  // namespace

std::string AdviceFileName(absl::string_view workload, uint64_t netns_cookie) {
  if (workload.empty()) return absl::StrCat("netns~", netns_cookie, kAdviceFileSuffix);
  std::string stem;
  for (char byte : workload) {
    if (IsPlain(byte, stem.empty())) {
      stem.push_back(byte);
    } else {
      absl::StrAppendFormat(&stem, "%%%02X", static_cast<unsigned char>(byte));
    }
  }
  if (stem.size() > kStemBytesMax) {
    stem.resize(kStemBytesMax - kHashDigits - 1);
    absl::StrAppendFormat(&stem, "~%016x", HashOf(workload));
  }
  return absl::StrCat(stem, kAdviceFileSuffix);
}

}  // namespace berthmaster
