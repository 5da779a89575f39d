#include "cli/print.h"

#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/wire/json_indent.h"

namespace berthmaster {
namespace {

// JSON is YAML; what was quoted there stays quoted, so that "4026531840" stays a string and "1"
// does not become a number.
void Emit(const YAML::Node& node, YAML::Emitter& out) {
  if (node.IsMap()) {
    out << YAML::BeginMap;
    for (const auto& entry : node) {
      out << YAML::Key << entry.first.as<std::string>() << YAML::Value;
      Emit(entry.second, out);
    }
    out << YAML::EndMap;
  } else if (node.IsSequence()) {
    if (node.size() == 0) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const auto& item : node) Emit(item, out);
    out << YAML::EndSeq;
  } else if (node.Tag() == "!") {
    out << YAML::DoubleQuoted << node.as<std::string>();
  } else {
    out << node.as<std::string>();
  }
}

}  // namespace

absl::StatusOr<OutputFormat> ParseOutputFormat(absl::string_view text) {
  if (text == "table") return OutputFormat::kTable;
  if (text == "json") return OutputFormat::kJson;
  if (text == "yaml") return OutputFormat::kYaml;
  if (text == "name") return OutputFormat::kName;
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is not an output format; use table, json, yaml or name"));
}

absl::StatusOr<std::string> ToJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return absl::InternalError(
        absl::StrCat("cannot print the answer as JSON: ", status.ToString()));
  }
  return json;
}

absl::StatusOr<std::string> Render(const google::protobuf::Message& message, OutputFormat format,
                                   absl::FunctionRef<std::string()> name,
                                   absl::FunctionRef<std::string()> table) {
  switch (format) {
    case OutputFormat::kJson:
      return ToJson(message);
    case OutputFormat::kYaml:
      return ToYaml(message);
    case OutputFormat::kName:
      return name();
    case OutputFormat::kTable:
      return table();
  }
  return absl::InternalError("no such output format");
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  absl::StatusOr<std::string> line = ToJsonLine(message);
  if (!line.ok()) return line.status();
  return JsonOverLines(*line);
}

absl::StatusOr<std::string> ToYaml(const google::protobuf::Message& message) {
  absl::StatusOr<std::string> line = ToJsonLine(message);
  if (!line.ok()) return line.status();
  return YamlOfJson(*line);
}

std::string JsonOverLines(absl::string_view json_line) {
  std::string json = IndentJson(json_line);
  if (json.empty() || json.back() != '\n') json.push_back('\n');
  return json;
}

absl::StatusOr<std::string> YamlOfJson(absl::string_view json_line) {
  try {
    YAML::Emitter out;
    Emit(YAML::Load(std::string(json_line)), out);
    return absl::StrCat(out.c_str(), "\n");
  } catch (const YAML::Exception& error) {
    return absl::InternalError(absl::StrCat("cannot print the answer as YAML: ", error.what()));
  }
}

}  // namespace berthmaster
