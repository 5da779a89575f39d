#include "common/config/convert.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::Status Bad(absl::string_view text, absl::string_view what) {
  constexpr size_t kShownBytesMax = 80;  // enough to find it again, short enough for one line
  return absl::InvalidArgumentError(
      absl::StrCat("'", absl::Utf8SafeCEscape(text.substr(0, kShownBytesMax)), "' ", what));
}

absl::Status CheckText(absl::string_view text) {
  if (text.size() > kConfigTextBytesMax) {
    return Bad(
        text, absl::StrCat("… has ", text.size(), " bytes; ", kConfigTextBytesMax, " are allowed"));
  }
  auto is_control = [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    return Bad(text, "holds a control character, such as a line end");
  }
  return absl::OkStatus();
}

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
}

absl::StatusOr<ConfigValue> ToInteger(const ConfigKey& key, absl::string_view text) {
  int64_t number = 0;
  absl::string_view digits = text.substr(text.substr(0, 1) == "-" ? 1 : 0);
  if (!AllDigits(digits) || !absl::SimpleAtoi(text, &number) || number < key.integer_min ||
      number > key.integer_max) {
    return Bad(text, absl::StrCat("is not a whole number from ", key.integer_min, " to ",
                                  key.integer_max));
  }
  return ConfigValue(number);
}

absl::StatusOr<ConfigValue> ToBoolean(absl::string_view text) {
  if (text == "true") return ConfigValue(true);
  if (text == "false") return ConfigValue(false);
  return Bad(text, "is not true or false");
}

absl::StatusOr<ConfigValue> ToDuration(const ConfigKey& key, absl::string_view text) {
  if (AllDigits(text)) {
    return Bad(text, "has no unit; write a number with a unit, such as 1s, 500ms or 2m");
  }
  // absl::ParseDuration also takes signs and "inf", which no interval of ours can be.
  bool begins_well =
      !text.empty() && (absl::ascii_isdigit(static_cast<unsigned char>(text[0])) || text[0] == '.');
  absl::Duration duration;
  if (!begins_well || !absl::ParseDuration(text, &duration)) {
    return Bad(text, "is not a duration; write a number with a unit, such as 1s, 500ms or 2m");
  }
  if (duration < key.duration_min || duration > key.duration_max) {
    return Bad(text, absl::StrCat("is outside ", absl::FormatDuration(key.duration_min), " to ",
                                  absl::FormatDuration(key.duration_max)));
  }
  return ConfigValue(duration);
}

absl::StatusOr<ConfigValue> ToEndpoint(const ConfigKey& key, absl::string_view text) {
  BERTHMASTER_ASSIGN_OR_RETURN(Endpoint endpoint, ParseEndpoint(text));
  auto is_odd = [](char c) {
    return !absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '-' &&
           c != '_' && c != ':';
  };
  if (std::any_of(endpoint.host.begin(), endpoint.host.end(), is_odd)) {
    return Bad(text, "has a host that is neither a name nor an address");
  }
  if (key.kind == ConfigKind::kEndpoint && endpoint.listen_port == 0) {
    return Bad(text, "has port 0, to which nothing can connect; write a port from 1 to 65535");
  }
  return ConfigValue(std::move(endpoint));
}

absl::StatusOr<ConfigValue> ToChoice(const ConfigKey& key, absl::string_view text) {
  if (std::find(key.choices.begin(), key.choices.end(), text) != key.choices.end()) {
    return ConfigValue(std::string(text));
  }
  return Bad(text, absl::StrCat("is not one of: ", absl::StrJoin(key.choices, ", ")));
}

absl::StatusOr<ConfigValue> ToList(const std::vector<std::string>& texts) {
  if (texts.size() > kConfigListMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", texts.size(), " entries; ", kConfigListMax, " are allowed"));
  }
  for (const std::string& text : texts) {
    if (text.empty()) return absl::InvalidArgumentError("has an empty entry");
  }
  return ConfigValue(texts);
}

}  // namespace

absl::StatusOr<ConfigValue> ConvertConfigValue(const ConfigKey& key,
                                               const std::vector<std::string>& texts) {
  for (const std::string& text : texts) BERTHMASTER_RETURN_IF_ERROR(CheckText(text));
  if (key.kind == ConfigKind::kStringList) return ToList(texts);
  if (texts.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", texts.size(), " values; exactly one is allowed"));
  }
  const std::string& text = texts.front();
  switch (key.kind) {
    case ConfigKind::kInteger:
      return ToInteger(key, text);
    case ConfigKind::kBoolean:
      return ToBoolean(text);
    case ConfigKind::kDuration:
      return ToDuration(key, text);
    case ConfigKind::kEndpoint:
    case ConfigKind::kListenEndpoint:
      return ToEndpoint(key, text);
    case ConfigKind::kChoice:
      return ToChoice(key, text);
    case ConfigKind::kString:
    case ConfigKind::kStringList:
      break;
  }
  return ConfigValue(text);
}

}  // namespace berthmaster
