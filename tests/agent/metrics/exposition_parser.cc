#include "tests/agent/metrics/exposition_parser.h"

#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace berthmaster {
namespace {

bool IsName(absl::string_view name, bool may_have_colon) {
  if (name.empty() || absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) return false;
  for (char c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' &&
        !(may_have_colon && c == ':')) {
      return false;
    }
  }
  return true;
}

// Takes `"…"` off the front; nothing when it is none.
std::optional<std::string> TakeQuoted(absl::string_view& rest) {
  if (!absl::ConsumePrefix(&rest, "\"")) return std::nullopt;
  std::string value;
  while (!rest.empty()) {
    const char c = rest[0];
    rest.remove_prefix(1);
    if (c == '"') return value;
    if (c != '\\') {
      value.push_back(c);
      continue;
    }
    if (rest.empty()) return std::nullopt;
    const char escaped = rest[0];
    rest.remove_prefix(1);
    if (escaped == 'n') {
      value.push_back('\n');
    } else if (escaped == '\\' || escaped == '"') {
      value.push_back(escaped);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

class Parser {
 public:
  ParsedExposition Parse(absl::string_view text) {
    if (!text.empty() && text.back() != '\n') return Fail("the last line does not end");
    std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
    lines.pop_back();
    for (absl::string_view line : lines) {
      const bool is_good = absl::StartsWith(line, "# HELP ")   ? Help(line.substr(7))
                           : absl::StartsWith(line, "# TYPE ") ? Type(line.substr(7))
                                                               : Series(line);
      if (!is_good) return Fail(line);
    }
    return std::move(result_);
  }

 private:
  ParsedExposition Fail(absl::string_view line) {
    result_.error = absl::StrCat("not legal: ", line);
    return std::move(result_);
  }

  bool Help(absl::string_view rest) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(rest, absl::MaxSplits(' ', 1));
    name_ = std::string(parts.first);
    if (!IsName(name_, true) || parts.second.empty()) return false;
    // A metric that was there already has ended.
    return result_.metrics.emplace(name_, ParsedMetric{"", std::string(parts.second), {}}).second;
  }

  bool Type(absl::string_view rest) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(rest, absl::MaxSplits(' ', 1));
    ParsedMetric& metric = result_.metrics[name_];
    if (parts.first != name_ || !metric.type.empty() || !metric.series.empty()) return false;
    metric.type = std::string(parts.second);
    if (metric.type == "counter") return absl::EndsWith(name_, "_total");
    return metric.type == "gauge" && !absl::EndsWith(name_, "_total");
  }

  bool Series(absl::string_view line) {
    ParsedMetric& metric = result_.metrics[name_];
    if (!absl::ConsumePrefix(&line, name_) || metric.type.empty()) return false;
    std::string labels;
    if (absl::StartsWith(line, "{")) {
      std::set<std::string> names;
      do {
        line.remove_prefix(1);
        const std::string label(line.substr(0, line.find('=')));
        line.remove_prefix(std::min(line.size(), label.size() + 1));
        const std::optional<std::string> value = TakeQuoted(line);
        if (!IsName(label, false) || !value.has_value() || !names.insert(label).second) {
          return false;
        }
        absl::StrAppend(&labels, labels.empty() ? "" : ",", label, "=\"", *value, "\"");
      } while (absl::StartsWith(line, ","));
      if (!absl::ConsumePrefix(&line, "}")) return false;
    }
    double value = 0;
    if (!absl::ConsumePrefix(&line, " ") || line.find(' ') != absl::string_view::npos ||
        !absl::SimpleAtod(line, &value) || (metric.type == "counter" && value < 0)) {
      return false;
    }
    return metric.series.emplace(labels, value).second;
  }

  ParsedExposition result_;
  std::string name_;
};

}  // namespace

ParsedExposition ParseExposition(absl::string_view text) { return Parser().Parse(text); }

}  // namespace berthmaster
