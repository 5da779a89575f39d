#include "cli/json_writer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

bool IsContinuation(absl::string_view text, size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

// How many bytes the UTF-8 character at `at` has; 0 where there is none. Overlong forms and
// surrogates pass for none.
size_t CharacterBytes(absl::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return 1;
  const size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (size_t i = 1; i < bytes; ++i) {
    if (!IsContinuation(text, at + i)) return 0;
  }
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool is_beyond = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
  return is_overlong || is_beyond ? 0 : bytes;
}

}  // namespace

JsonWriter& JsonWriter::BeginObject(absl::string_view key) {
  BeginValue(key);
  text_.push_back('{');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  text_.push_back('}');
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::BeginArray(absl::string_view key) {
  BeginValue(key);
  text_.push_back('[');
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  text_.push_back(']');
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(absl::string_view key, absl::string_view value) {
  BeginValue(key);
  Quote(value);
  return *this;
}

JsonWriter& JsonWriter::Number(absl::string_view key, int64_t value) {
  BeginValue(key);
  absl::StrAppend(&text_, value);
  return *this;
}

JsonWriter& JsonWriter::Boolean(absl::string_view key, bool value) {
  BeginValue(key);
  absl::StrAppend(&text_, value ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::Strings(absl::string_view key, const std::vector<std::string>& values) {
  BeginArray(key);
  for (const std::string& value : values) String({}, value);
  return EndArray();
}

void JsonWriter::BeginValue(absl::string_view key) {
  if (needs_comma_) text_.push_back(',');
  needs_comma_ = true;
  if (key.empty()) return;
  Quote(key);
  text_.push_back(':');
}

void JsonWriter::Quote(absl::string_view text) {
  text_.push_back('"');
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    const size_t bytes = CharacterBytes(text, at);
    if (bytes == 0) {
      absl::StrAppend(&text_, "\xEF\xBF\xBD");
    } else if (c == '"' || c == '\\') {
      absl::StrAppend(&text_, "\\", text.substr(at, 1));
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      absl::StrAppendFormat(&text_, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      absl::StrAppend(&text_, text.substr(at, bytes));
    }
    at += bytes == 0 ? 1 : bytes;
  }
  text_.push_back('"');
}

}  // namespace berthmaster
