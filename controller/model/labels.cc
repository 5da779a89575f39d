#include "controller/model/labels.h"

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "controller/model/workload.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kHost = "host";
constexpr absl::string_view kNetns = "netns";
constexpr absl::string_view kCause = "cause";
constexpr absl::string_view kWorkload = "workload";
constexpr absl::string_view kDestination = "destination";
// As a text on the wire (common/wire/bounds.h).
constexpr size_t kLabelValueBytesMax = 1024;
constexpr char kEscape = '\\';

// In the order of the contract's numbers, from 1.
constexpr std::array<absl::string_view, 14> kCauseWords = {
    "time_wait_churn", "established_leak", "close_wait_leak",   "syn_sent_pile_up",
    "range_too_small", "time_wait_table",  "fin_wait_pile_up",  "early_bind",
    "snat_pool",       "conntrack_table",  "listener_overflow", "syn_flood",
    "restart_blocked", "udp_ports"};

bool Holds(const std::string& name, absl::string_view value, const LabelView& view) {
  if (name == kHost) return value == view.host_id;
  if (name == kNetns) return value == view.netns_label;
  if (name == kCause) return view.cause.has_value() && value == CauseWord(*view.cause);
  if (name == kWorkload) return value == WorkloadOf(view.netns_labels);
  auto label = view.netns_labels.find(name);
  return label != view.netns_labels.end() && label->second == value;
}

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

absl::Status CheckTerm(absl::string_view field, absl::string_view name, absl::string_view value,
                       SelectorUse use) {
  if (name.empty() || name.size() > kLabelNameBytesMax) {
    return Wrong(field, absl::StrCat("a label's name has 1 to ", kLabelNameBytesMax, " bytes"));
  }
  const std::string shown = absl::Utf8SafeCEscape(name);
  if (value.empty() || value.size() > kLabelValueBytesMax) {
    return Wrong(field, absl::StrCat("the value of ", shown, " has ", value.size(), " bytes; 1 to ",
                                     kLabelValueBytesMax, " are allowed"));
  }
  if (name == kDestination && use != SelectorUse::kTargets) {
    return Wrong(field,
                 "destination: only where a change goes can be selected by it; leave it out");
  }
  if (name != kCause) return absl::OkStatus();
  if (use == SelectorUse::kNamespaces) {
    return Wrong(field, "cause: what decides on a cause can not depend on it; leave it out");
  }
  for (absl::string_view word : kCauseWords) {
    if (word == value) return absl::OkStatus();
  }
  return Wrong(field, absl::StrCat("cause: '", absl::Utf8SafeCEscape(value), "' is none; write ",
                                   absl::StrJoin(kCauseWords, ", ")));
}

void AppendEscaped(absl::string_view text, std::string& out) {
  for (char c : text) {
    if (c == ',' || c == '=' || c == kEscape) out.push_back(kEscape);
    out.push_back(c);
  }
}

}  // namespace

bool Matches(const LabelSelector& selector, const LabelView& view) {
  for (const auto& [name, value] : selector) {
    if (!Holds(name, value, view)) return false;
  }
  return true;
}

absl::Status CheckSelector(absl::string_view field, const LabelSelector& selector,
                           SelectorUse use) {
  if (selector.size() > kSelectorTermsMax) {
    return Wrong(field, absl::StrCat("has ", selector.size(), " labels; at most ",
                                     kSelectorTermsMax, " are allowed"));
  }
  for (const auto& [name, value] : selector) {
    if (absl::Status status = CheckTerm(field, name, value, use); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string LabelsText(const Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text.push_back(',');
    AppendEscaped(name, text);
    text.push_back('=');
    AppendEscaped(value, text);
  }
  return text;
}

absl::StatusOr<Labels> ParseLabelsText(absl::string_view text) {
  Labels labels;
  std::string name;
  std::string part;
  bool in_value = false;
  for (size_t i = 0; i <= text.size() && !text.empty(); ++i) {
    const bool at_end = i == text.size();
    if (!at_end && text[i] == kEscape && i + 1 < text.size()) {
      part.push_back(text[++i]);
    } else if (!at_end && text[i] == '=' && !in_value) {
      name = std::exchange(part, "");
      in_value = true;
    } else if (at_end || text[i] == ',') {
      if (!in_value || !labels.emplace(name, part).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("'", absl::Utf8SafeCEscape(text), "' is not a list of name=value"));
      }
      part.clear();
      in_value = false;
    } else {
      part.push_back(text[i]);
    }
  }
  return labels;
}

absl::string_view CauseWord(IncidentCause cause) {
  const size_t index = static_cast<size_t>(cause) - 1;
  return index < kCauseWords.size() ? kCauseWords[index] : absl::string_view("unknown");
}

}  // namespace berthmaster
