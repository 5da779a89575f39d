#ifndef BERTHMASTER_TESTS_CONTROLLER_WEB_GATEWAY_HTTP_CLIENT_H_
#define BERTHMASTER_TESTS_CONTROLLER_WEB_GATEWAY_HTTP_CLIENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/file/file.h"

namespace berthmaster {

// A TCP client that sends whatever bytes a test likes and takes an HTTP answer apart. Every receive
// has a bound of thirty seconds.
class HttpClient {
 public:
  // Connects to 127.0.0.1; aborts the test program when that fails.
  explicit HttpClient(uint16_t destination_port, int receive_buffer_bytes = 0);

  // False when the server has closed.
  bool Send(absl::string_view bytes);
  // Everything until the server closes.
  std::string ReadAll();
  // A head with its empty line; nothing when the server closes before.
  std::optional<std::string> ReadHead();
  // `count` bytes of what follows.
  std::optional<std::string> ReadBytes(size_t count);
  // The next chunk of a chunked body; empty at its end, nothing when the server closes.
  std::optional<std::string> ReadChunk();
  // A whole chunked body.
  std::string ReadChunks();

 private:
  bool Fill();

  UniqueFd fd_;
  std::string buffer_;
};

// A gRPC-Web call in bytes.
std::string CallBytes(absl::string_view method, absl::string_view message,
                      absl::string_view more_headers = "");
std::string PostBytes(absl::string_view path, absl::string_view headers, absl::string_view body);
std::string GetBytes(absl::string_view path, absl::string_view headers = "Host: localhost\r\n");

// A gRPC-Web body taken apart: the messages, and the text of the trailers.
struct GrpcWebBody {
  std::vector<std::string> messages;
  std::string trailers;
};
GrpcWebBody ParseBody(absl::string_view body);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_WEB_GATEWAY_HTTP_CLIENT_H_
