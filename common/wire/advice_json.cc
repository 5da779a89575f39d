#include "common/wire/advice_json.h"

#include <google/protobuf/util/json_util.h>

#include "absl/strings/str_cat.h"
#include "common/wire/advice_wire.h"
#include "common/wire/json_indent.h"

namespace berthmaster {

absl::StatusOr<std::string> WorkloadAdviceJson(const WorkloadAdvice& workload) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  auto status = google::protobuf::util::MessageToJsonString(ToProto(workload), &json, options);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("print the advice of '", workload.workload,
                                            "' as JSON: ", std::string(status.message())));
  }
  return IndentJson(json) + "\n";
}

absl::StatusOr<WorkloadAdvice> ParseWorkloadAdviceJson(absl::string_view json) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  v1::WorkloadAdvice proto;
  auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &proto, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("this is no published advice: ", std::string(status.message())));
  }
  return FromProto(proto);
}

}  // namespace berthmaster
