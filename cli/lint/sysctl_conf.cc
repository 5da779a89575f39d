#include "cli/lint/sysctl_conf.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/sysctl/setting_name.h"

namespace berthmaster {
namespace {

void ParseLine(absl::string_view text, int line, SysctlConf& conf) {
  ConfLine parsed;
  parsed.line = line;
  if (absl::ConsumePrefix(&text, "-")) {
    parsed.may_fail = true;
    text = absl::StripLeadingAsciiWhitespace(text);
  }
  const size_t equals = text.find('=');
  const absl::string_view name = absl::StripTrailingAsciiWhitespace(text.substr(0, equals));
  parsed.name = DottedSysctlName(name);
  if (equals == absl::string_view::npos) {
    if (!parsed.may_fail) {
      conf.problems.push_back(
          {line, "The line has no '=': sysctl(8) and systemd-sysctl pass over it."});
      return;
    }
    parsed.is_exclusion = true;
  } else {
    parsed.value = std::string(absl::StripAsciiWhitespace(text.substr(equals + 1)));
  }
  if (name.empty()) {
    conf.problems.push_back({line, "The line has no name before its '='."});
    return;
  }
  conf.lines.push_back(std::move(parsed));
}

}  // namespace

SysctlConf ParseSysctlConf(absl::string_view content) {
  SysctlConf conf;
  int number = 0;
  for (absl::string_view text : absl::StrSplit(content, '\n')) {
    ++number;
    const size_t bytes = text.size();
    text = absl::StripAsciiWhitespace(text);
    if (text.empty() || text[0] == '#' || text[0] == ';') continue;
    if (conf.lines.size() + conf.problems.size() >= kConfLinesMax) {
      conf.problems.push_back({number, "The file has too many lines; the rest was not read."});
      break;
    }
    if (bytes > kConfLineBytesMax) {
      conf.problems.push_back({number, absl::StrCat("The line has ", bytes,
                                                    " bytes; sysctl(8) "
                                                    "takes ",
                                                    kConfLineBytesMax, ".")});
      continue;
    }
    ParseLine(text, number, conf);
  }
  return conf;
}

}  // namespace berthmaster
