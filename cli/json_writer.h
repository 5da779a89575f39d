#ifndef BERTHMASTER_CLI_JSON_WRITER_H_
#define BERTHMASTER_CLI_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// Writes JSON on one line, for answers that are no message of the API. Keys come in the order of
// the calls. What is begun is to be ended; in an object each value has a key, elsewhere none.
class JsonWriter {
 public:
  JsonWriter& BeginObject(absl::string_view key = {});
  JsonWriter& EndObject();
  JsonWriter& BeginArray(absl::string_view key = {});
  JsonWriter& EndArray();
  // Bytes that are not UTF-8 come out as U+FFFD.
  JsonWriter& String(absl::string_view key, absl::string_view value);
  JsonWriter& Number(absl::string_view key, int64_t value);
  JsonWriter& Boolean(absl::string_view key, bool value);
  JsonWriter& Strings(absl::string_view key, const std::vector<std::string>& values);

  const std::string& text() const { return text_; }

 private:
  // The comma and the key of the next value.
  void BeginValue(absl::string_view key);
  void Quote(absl::string_view text);

  std::string text_;
  bool needs_comma_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_JSON_WRITER_H_
