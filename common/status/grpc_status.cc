#include "common/status/grpc_status.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/status/reason.h"

namespace berthmaster {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

// google/rpc/status.proto and error_details.proto are not packaged in Debian 12, so their few
// fields are written and read by number.
constexpr int kStatusCode = 1;
constexpr int kStatusMessage = 2;
constexpr int kStatusDetails = 3;
constexpr int kAnyTypeUrl = 1;
constexpr int kAnyValue = 2;
constexpr int kErrorInfoReason = 1;
constexpr int kErrorInfoDomain = 2;
constexpr absl::string_view kErrorInfoUrl = "type.googleapis.com/google.rpc.ErrorInfo";

std::string Message(std::initializer_list<std::pair<int, absl::string_view>> fields, int code) {
  std::string bytes;
  StringOutputStream stream(&bytes);
  CodedOutputStream out(&stream);
  if (code != 0) WireFormatLite::WriteInt32(kStatusCode, code, &out);
  for (const auto& [number, value] : fields) {
    WireFormatLite::WriteBytes(number, std::string(value), &out);
  }
  out.Trim();
  return bytes;
}

// The last length-delimited field `number` of the message `bytes`.
std::optional<std::string> Field(absl::string_view bytes, int number) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  std::optional<std::string> found;
  while (uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) == number &&
        WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      std::string value;
      if (!WireFormatLite::ReadBytes(&in, &value)) return std::nullopt;
      found = std::move(value);
    } else if (!WireFormatLite::SkipField(&in, tag)) {
      return std::nullopt;
    }
  }
  return found;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  auto code = static_cast<grpc::StatusCode>(status.code());
  std::string message(status.message());
  std::string reason = ReasonOf(status);
  if (reason.empty()) return grpc::Status(code, message);
  std::string info = Message({{kErrorInfoReason, reason}, {kErrorInfoDomain, "berthmaster"}}, 0);
  std::string any = Message({{kAnyTypeUrl, kErrorInfoUrl}, {kAnyValue, info}}, 0);
  return grpc::Status(code, message,
                      Message({{kStatusMessage, message}, {kStatusDetails, any}}, code));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  auto code = static_cast<absl::StatusCode>(status.error_code());
  std::optional<std::string> any = Field(status.error_details(), kStatusDetails);
  if (any.has_value() && Field(*any, kAnyTypeUrl) == kErrorInfoUrl) {
    std::optional<std::string> info = Field(*any, kAnyValue);
    std::optional<std::string> reason = info ? Field(*info, kErrorInfoReason) : std::nullopt;
    if (reason.has_value()) return ReasonStatus(code, *reason, status.error_message());
  }
  return absl::Status(code, status.error_message());
}

}  // namespace berthmaster
