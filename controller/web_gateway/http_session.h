#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_HTTP_SESSION_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_HTTP_SESSION_H_

#include <grpcpp/generic/generic_stub.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/net/endpoint.h"
#include "controller/web_gateway/gateway_limits.h"
#include "controller/web_gateway/grpc_call.h"
#include "controller/web_gateway/grpc_web.h"
#include "controller/web_gateway/http_answer.h"
#include "controller/web_gateway/static_files.h"

namespace berthmaster {

// What all connections of a gateway share; all but the counts is immutable while it serves.
struct GatewaySite {
  Endpoint listen;
  GatewayLimits limits;
  StaticFiles files;
  std::unique_ptr<grpc::GenericStub> stub;
  std::shared_ptr<OpenCalls> open_calls = std::make_shared<OpenCalls>();
};

// One HTTP/1.1 connection: requests one after the other, each a file or a gRPC-Web call. Everything
// runs on the one thread of the io_context; only the handlers of a call come from gRPC's threads,
// and they do nothing but post. Kept alive by its operations in flight.
//
// A streaming answer is pulled: the next message is read from the service when the one before has
// been written, so a slow client holds one message and no more.
class HttpSession final : public std::enable_shared_from_this<HttpSession> {
 public:
  // `on_close` is called when the session is destroyed. The io_context and the site are kept.
  HttpSession(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::io_context> io,
              std::shared_ptr<GatewaySite> site, std::function<void()> on_close);
  ~HttpSession();

  void Start();
  // Cancels its call and closes the connection. On the io thread.
  void Close();

 private:
  using ErrorCode = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void ReadHead();
  void OnHead(ErrorCode error);
  void OnBody(ErrorCode error);
  // A request that could not be read: says why where that makes sense, and closes.
  void RefuseRequest(ErrorCode error);

  // What is wrong with a call's head; nothing when it may go on.
  std::optional<HttpAnswer> CheckCall();
  void StartCall();
  void SendAnswer(const HttpAnswer& answer);

  // The streaming answer.
  void OnMessage(std::string message);
  void OnEnd(const grpc::Status& status);
  void ContinueStream();
  void EndStream();
  void WatchForDisconnect();

  // After an answer: the next request, or the end of the connection.
  void EndRequest();
  // Takes and drops what the client still sends, for a moment and up to a bound: closing with
  // unread bytes makes the kernel send a reset, which can overtake the answer.
  void Drain();

  // Writes `bytes` and then calls `next`; closes on an error.
  void Write(std::string bytes, std::function<void()> next);
  absl::string_view Header(boost::beast::http::field field) const;

  const std::shared_ptr<boost::asio::io_context> io_;
  const std::shared_ptr<GatewaySite> site_;
  const std::function<void()> on_close_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string writing_bytes_;
  bool is_writing_ = false;
  bool keep_alive_ = false;
  bool is_closed_ = false;
  bool is_watching_ = false;

  size_t drained_bytes_ = 0;

  // Of the call in progress, which keeps the session alive.
  std::shared_ptr<HttpSession> call_self_;
  std::shared_ptr<GrpcCall> call_;
  GrpcWebEncoding encoding_ = GrpcWebEncoding::kBinary;
  std::optional<std::string> message_;
  std::optional<grpc::Status> end_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_HTTP_SESSION_H_
