#include "controller/model/workload.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace berthmaster {
namespace {

// Names that Kubernetes generates have no vowels and no digits that look like one.
constexpr absl::string_view kGeneratedAlphabet = "bcdfghjklmnpqrstvwxz2456789";
constexpr size_t kPodSuffixBytes = 5;
// A hash of 32 bits in that alphabet.
constexpr size_t kTemplateHashBytesMin = 6;
constexpr size_t kTemplateHashBytesMax = 10;

std::string Get(const Labels& labels, const char* key) {
  auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

bool IsGenerated(absl::string_view text) {
  return text.find_first_not_of(kGeneratedAlphabet) == absl::string_view::npos;
}

bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

absl::string_view LastPart(absl::string_view name) { return name.substr(name.rfind('-') + 1); }

absl::string_view WithoutLastPart(absl::string_view name) {
  return name.substr(0, name.rfind('-'));
}

bool HasParts(absl::string_view name) {
  const size_t dash = name.rfind('-');
  return dash != absl::string_view::npos && dash > 0;
}

absl::string_view OwnerOfPod(absl::string_view pod) {
  if (!HasParts(pod)) return pod;
  const absl::string_view suffix = LastPart(pod);
  if (suffix.size() == kPodSuffixBytes && IsGenerated(suffix)) {
    const absl::string_view set = WithoutLastPart(pod);
    const absl::string_view hash = LastPart(set);
    const bool is_replica_set = HasParts(set) && hash.size() >= kTemplateHashBytesMin &&
                                hash.size() <= kTemplateHashBytesMax && IsGenerated(hash);
    return is_replica_set ? WithoutLastPart(set) : set;
  }
  return IsNumber(suffix) ? WithoutLastPart(pod) : pod;
}

}  // namespace

std::string WorkloadOf(const Labels& labels) {
  const std::string pod = Get(labels, "pod");
  if (!pod.empty()) return absl::StrCat(Get(labels, "pod_namespace"), "/", OwnerOfPod(pod));
  for (const char* key : {"named", "unit", "container", "process"}) {
    std::string value = Get(labels, key);
    if (!value.empty()) return value;
  }
  return "";
}

}  // namespace berthmaster
