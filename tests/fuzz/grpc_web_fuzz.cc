#include "tests/fuzz/grpc_web_fuzz.h"

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "controller/web_gateway/grpc_web.h"
#include "controller/web_gateway/request_guard.h"
#include "controller/web_gateway/static_files.h"

namespace berthmaster {
namespace {

void Require(bool promise) {
  if (!promise) std::abort();
}

void FuzzFrames(absl::string_view bytes) {
  for (const GrpcWebEncoding encoding : {GrpcWebEncoding::kBinary, GrpcWebEncoding::kText}) {
    const absl::StatusOr<std::string> message = ParseGrpcWebBody(encoding, bytes);
    if (message.ok()) {
      Require(message->size() + 5 <= bytes.size());
      // What is read is what a frame of it says.
      Require(*ParseGrpcWebBody(encoding, MessageFrame(encoding, *message)) == *message);
    }
    const grpc::Status status(grpc::StatusCode::UNKNOWN, std::string(bytes), std::string(bytes));
    Require(!TrailersFrame(encoding, status).empty());
  }
  // No byte of a message may end a trailer's line.
  const std::string trailers = TrailersFrame(
      GrpcWebEncoding::kBinary, grpc::Status(grpc::StatusCode::UNKNOWN, std::string(bytes), ""));
  const std::vector<std::string> lines = absl::StrSplit(trailers.substr(5), "\r\n");
  Require(lines.size() == (bytes.empty() ? 2u : 3u));
}

}  // namespace

void FuzzGrpcWeb(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  FuzzFrames(bytes);
  if (ParseGrpcTimeout(bytes).ok()) Require(*ParseGrpcTimeout(bytes) >= absl::ZeroDuration());
  const auto encoding = ParseGrpcWebContentType(bytes);
  Require(!encoding.has_value() || ParseGrpcWebContentType(ContentTypeOf(*encoding)) == encoding);
  std::string decoded;
  if (DecodePath(bytes, decoded)) {
    Require(decoded.size() <= bytes.size() && !absl::StrContains(decoded, "/../"));
  }
  for (const absl::Status& status :
       {CheckHost({"127.0.0.1", 7680}, bytes), CheckOrigin(bytes, bytes)}) {
    Require(status.ok() || !status.message().empty());
  }
  if (IsCallable(bytes)) Require(!absl::StrContains(bytes, "AgentService"));
}

}  // namespace berthmaster

// The entry of libFuzzer: ./dev fuzz grpc_web.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  berthmaster::FuzzGrpcWeb(data, size);
  return 0;
}
