#include "controller/web_gateway/grpc_web.h"

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace berthmaster {
namespace {

constexpr size_t kFrameHeaderBytes = 5;
constexpr uint8_t kCompressedFlag = 0x01;
constexpr uint8_t kTrailersFlag = 0x80;
// gRPC's own bound of grpc-timeout.
constexpr size_t kTimeoutDigitsMax = 8;

std::string Frame(GrpcWebEncoding encoding, uint8_t flag, absl::string_view content) {
  std::string frame;
  frame.reserve(kFrameHeaderBytes + content.size());
  frame.push_back(static_cast<char>(flag));
  const auto length = static_cast<uint32_t>(content.size());
  for (const int shift : {24, 16, 8, 0}) frame.push_back(static_cast<char>(length >> shift & 0xff));
  frame.append(content.data(), content.size());
  return encoding == GrpcWebEncoding::kText ? absl::Base64Escape(frame) : frame;
}

// A text body is any number of base64 texts one after the other, each with its own padding; so
// padding may stand in the middle, and four characters are decoded at a time.
bool DecodeText(absl::string_view text, std::string& bytes) {
  if (text.size() % 4 != 0) return false;
  std::string part;
  while (!text.empty()) {
    const size_t padding = text.find('=');
    size_t length = text.size();
    if (padding != absl::string_view::npos) length = (padding / 4 + 1) * 4;
    if (!absl::Base64Unescape(text.substr(0, length), &part)) return false;
    bytes += part;
    text.remove_prefix(length);
  }
  return true;
}

// grpc-message in a trailer: what is not printable ASCII, and the percent sign, as %XX.
std::string PercentEncode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte <= 0x7e && byte != '%') {
      encoded.push_back(c);
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", byte);
    }
  }
  return encoded;
}

}  // namespace

std::optional<GrpcWebEncoding> ParseGrpcWebContentType(absl::string_view content_type) {
  const std::string type = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))));
  if (type == "application/grpc-web" || type == "application/grpc-web+proto") {
    return GrpcWebEncoding::kBinary;
  }
  if (type == "application/grpc-web-text" || type == "application/grpc-web-text+proto") {
    return GrpcWebEncoding::kText;
  }
  return std::nullopt;
}

absl::string_view ContentTypeOf(GrpcWebEncoding encoding) {
  return encoding == GrpcWebEncoding::kText ? "application/grpc-web-text+proto"
                                            : "application/grpc-web+proto";
}

absl::StatusOr<std::string> ParseGrpcWebBody(GrpcWebEncoding encoding, absl::string_view body) {
  std::string decoded;
  if (encoding == GrpcWebEncoding::kText) {
    if (!DecodeText(body, decoded)) {
      return absl::InvalidArgumentError("the body is not the base64 that grpc-web-text wants");
    }
    body = decoded;
  }
  if (body.size() < kFrameHeaderBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body has ", body.size(), " bytes; a gRPC-Web frame has 5 at least"));
  }
  const auto flag = static_cast<uint8_t>(body[0]);
  if (flag == kCompressedFlag) {
    return absl::UnimplementedError("compressed messages are not supported; send it plain");
  }
  if (flag != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body begins with frame flag ", static_cast<int>(flag), ", not with 0"));
  }
  uint32_t length = 0;
  for (size_t i = 1; i < kFrameHeaderBytes; ++i)
    length = length << 8 | static_cast<uint8_t>(body[i]);
  const absl::string_view message = body.substr(kFrameHeaderBytes);
  if (message.size() != length) {
    return absl::InvalidArgumentError(absl::StrCat("the frame says ", length,
                                                   " bytes and the body has ", message.size(),
                                                   "; send exactly one message"));
  }
  return std::string(message);
}

std::string MessageFrame(GrpcWebEncoding encoding, absl::string_view message) {
  return Frame(encoding, 0, message);
}

std::string TrailersFrame(GrpcWebEncoding encoding, const grpc::Status& status) {
  std::string trailers =
      absl::StrCat("grpc-status: ", static_cast<int>(status.error_code()), "\r\n");
  if (!status.error_message().empty()) {
    absl::StrAppend(&trailers, "grpc-message: ", PercentEncode(status.error_message()), "\r\n");
  }
  if (!status.error_details().empty()) {
    absl::StrAppend(
        &trailers, "grpc-status-details-bin: ", absl::Base64Escape(status.error_details()), "\r\n");
  }
  return Frame(encoding, kTrailersFlag, trailers);
}

absl::StatusOr<absl::Duration> ParseGrpcTimeout(absl::string_view text) {
  const absl::Status bad = absl::InvalidArgumentError(
      "grpc-timeout is not at most 8 digits and one of H, M, S, m, u, n");
  if (text.size() < 2 || text.size() > kTimeoutDigitsMax + 1) return bad;
  int64_t count = 0;
  for (const char c : text.substr(0, text.size() - 1)) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return bad;
    count = count * 10 + (c - '0');
  }
  switch (text.back()) {
    case 'H':
      return absl::Hours(count);
    case 'M':
      return absl::Minutes(count);
    case 'S':
      return absl::Seconds(count);
    case 'm':
      return absl::Milliseconds(count);
    case 'u':
      return absl::Microseconds(count);
    case 'n':
      return absl::Nanoseconds(count);
    default:
      return bad;
  }
}

}  // namespace berthmaster
