#include "common/wire/sample_json.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/forecast/forecast.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/json_indent.h"
#include "common/wire/netns_wire.h"
#include "common/wire/pool_wire.h"
#include "common/wire/sample_wire.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

absl::StatusOr<std::string> MessageJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string json;
  auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (status.ok()) return json;
  return absl::InternalError(
      absl::StrCat("print ", message.GetTypeName(), " as JSON: ", std::string(status.message())));
}

// A JSON array of texts, by way of a message so that protobuf does the escaping.
absl::StatusOr<std::string> TextsJson(const std::vector<std::string>& texts) {
  v1::HostIdentity carrier;
  for (const std::string& text : texts) carrier.add_limitations(text);
  google::protobuf::util::JsonPrintOptions options;
  std::string json;
  auto status = google::protobuf::util::MessageToJsonString(carrier, &json, options);
  if (!status.ok())
    return absl::InternalError("print the limitations as JSON: a text is not UTF-8");
  const size_t begin = json.find('[');
  if (begin == std::string::npos) return std::string("[]");
  return json.substr(begin, json.rfind(']') - begin + 1);
}

std::vector<v1::Pool> PoolsByUtilization(absl::string_view host_id, const HostSample& sample) {
  std::vector<v1::Pool> pools;
  for (const NetnsSample& netns : sample.namespaces) {
    for (const PoolSample& pool : netns.pools) {
      const Forecast forecast = MakeForecast(pool, netns.sysctls);
      pools.push_back(ToProto(host_id, netns, pool, sample.sample_time, &forecast, false));
    }
  }
  std::sort(pools.begin(), pools.end(), [](const v1::Pool& a, const v1::Pool& b) {
    if (a.utilization() != b.utilization()) return a.utilization() > b.utilization();
    return a.name() < b.name();
  });
  return pools;
}

template <typename Message>
absl::StatusOr<std::string> ArrayJson(const std::vector<Message>& messages) {
  std::vector<std::string> parts;
  for (const Message& message : messages) {
    BERTHMASTER_ASSIGN_OR_RETURN(std::string json, MessageJson(message));
    parts.push_back(std::move(json));
  }
  return absl::StrCat("[", absl::StrJoin(parts, ","), "]");
}

}  // namespace

absl::StatusOr<std::string> SampleJson(absl::string_view host_id, const HostSample& sample) {
  std::vector<v1::Netns> namespaces;
  for (const NetnsSample& netns : sample.namespaces) {
    namespaces.push_back(ToProto(host_id, netns, sample.sample_time));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(std::string sample_time, MessageJson(ToProto(sample.sample_time)));
  BERTHMASTER_ASSIGN_OR_RETURN(std::string cpu_time, MessageJson(ToProto(sample.cpu_time)));
  BERTHMASTER_ASSIGN_OR_RETURN(std::string limitations, TextsJson(sample.limitations));
  BERTHMASTER_ASSIGN_OR_RETURN(std::string namespaces_json, ArrayJson(namespaces));
  BERTHMASTER_ASSIGN_OR_RETURN(std::string pools_json,
                               ArrayJson(PoolsByUtilization(host_id, sample)));
  // A host id needs no escaping: CheckHostId() lets through letters, digits, dots, dashes and
  // underscores only.
  std::string json =
      absl::StrCat("{\"host\":\"", HostName(host_id), "\",\"sampleTime\":", sample_time,
                   ",\"cpuTime\":", cpu_time, ",\"limitations\":", limitations,
                   ",\"namespaces\":", namespaces_json, ",\"pools\":", pools_json, "}");
  return IndentJson(json) + "\n";
}

}  // namespace berthmaster
