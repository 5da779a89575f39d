#include "agent/metrics/exposition.h"

#include <cmath>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

void AppendLabelValue(std::string& text, absl::string_view value) {
  for (char c : value) {
    if (c == '\\' || c == '"') {
      text.push_back('\\');
      text.push_back(c);
    } else if (c == '\n') {
      text.append("\\n");
    } else if (absl::ascii_isprint(static_cast<unsigned char>(c))) {
      text.push_back(c);
    } else {
      // Names of processes and pods are ASCII where they are well meant.
      text.push_back('?');
    }
  }
}

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  // Counts print as whole numbers, everything else with the digits of a double.
  constexpr double kWholeMax = 1e15;
  if (value == std::floor(value) && std::fabs(value) < kWholeMax) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  return absl::StrFormat("%.15g", value);
}

}  // namespace

void Exposition::Begin(absl::string_view name, absl::string_view type, absl::string_view help) {
  name_ = std::string(name);
  absl::StrAppend(&text_, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

void Exposition::Add(double value, const Labels& labels) {
  text_.append(name_);
  const char* before = "{";
  for (const auto& [name, label_value] : labels) {
    absl::StrAppend(&text_, before, name, "=\"");
    AppendLabelValue(text_, label_value);
    text_.push_back('"');
    before = ",";
  }
  if (!labels.empty()) text_.push_back('}');
  absl::StrAppend(&text_, " ", NumberText(value), "\n");
}

}  // namespace berthmaster
