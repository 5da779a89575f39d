#ifndef BERTHMASTER_CLI_PRINT_H_
#define BERTHMASTER_CLI_PRINT_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

enum class OutputFormat { kTable, kJson, kYaml, kName };

// INVALID_ARGUMENT lists the formats.
absl::StatusOr<OutputFormat> ParseOutputFormat(absl::string_view text);

// An answer in `format`: `message` itself, or what `name` and `table` make of it.
absl::StatusOr<std::string> Render(const google::protobuf::Message& message, OutputFormat format,
                                   absl::FunctionRef<std::string()> name,
                                   absl::FunctionRef<std::string()> table);

// `message` in proto3 JSON over several lines, zeros and empty lists printed, ending with a line
// end.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);
// The same on one line, for streams.
absl::StatusOr<std::string> ToJsonLine(const google::protobuf::Message& message);
// The same content as YAML.
absl::StatusOr<std::string> ToYaml(const google::protobuf::Message& message);

// What is JSON on one line already, over several lines or as YAML.
std::string JsonOverLines(absl::string_view json_line);
absl::StatusOr<std::string> YamlOfJson(absl::string_view json_line);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_PRINT_H_
