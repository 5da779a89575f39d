#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_GRPC_WEB_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_GRPC_WEB_H_

#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace berthmaster {

// The bytes of gRPC-Web (grpc/doc/PROTOCOL-WEB.md): frames of one flag byte, four bytes of length
// in network order, and the content; the last frame of a response holds the trailers. Pure.

enum class GrpcWebEncoding {
  // application/grpc-web, application/grpc-web+proto
  kBinary,
  // application/grpc-web-text, application/grpc-web-text+proto: every byte in base64.
  kText,
};

// Nothing for a content type that is not gRPC-Web's.
std::optional<GrpcWebEncoding> ParseGrpcWebContentType(absl::string_view content_type);
// The content type to answer with.
absl::string_view ContentTypeOf(GrpcWebEncoding encoding);

// The one message in the body of a unary or server-streaming request. INVALID_ARGUMENT for a body
// that is not exactly one frame, UNIMPLEMENTED for a compressed one.
absl::StatusOr<std::string> ParseGrpcWebBody(GrpcWebEncoding encoding, absl::string_view body);

// A frame of a message, and the frame that ends a response.
std::string MessageFrame(GrpcWebEncoding encoding, absl::string_view message);
std::string TrailersFrame(GrpcWebEncoding encoding, const grpc::Status& status);

// "10S", "500m": at most eight digits and one of H M S m u n. INVALID_ARGUMENT otherwise.
absl::StatusOr<absl::Duration> ParseGrpcTimeout(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_GRPC_WEB_H_
