#include "controller/web_gateway/http_session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "controller/web_gateway/request_guard.h"

namespace berthmaster {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

std::string Chunk(absl::string_view bytes) {
  return absl::StrCat(absl::Hex(bytes.size()), "\r\n", bytes, "\r\n");
}

constexpr absl::string_view kLastChunk = "0\r\n\r\n";
// Long enough for an answer to cross a slow line, too short to be worth abusing.
constexpr absl::Duration kDrainTime = absl::Seconds(2);
constexpr size_t kDrainPieceBytes = 8 * 1024;
constexpr size_t kDrainBytesMax = 16 * 1024 * 1024;

}  // namespace

HttpSession::HttpSession(asio::ip::tcp::socket socket, std::shared_ptr<asio::io_context> io,
                         std::shared_ptr<GatewaySite> site, std::function<void()> on_close)
    : io_(std::move(io)),
      site_(std::move(site)),
      on_close_(std::move(on_close)),
      stream_(std::move(socket)) {}

HttpSession::~HttpSession() { on_close_(); }

void HttpSession::Start() {
  ErrorCode ignored;
  // Messages are small and each is flushed.
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
  ReadHead();
}

void HttpSession::Close() {
  if (is_closed_) return;
  is_closed_ = true;
  if (call_ != nullptr) call_->Cancel();
  call_.reset();
  stream_.close();
  // Last, since it may be what keeps this alive.
  const std::shared_ptr<HttpSession> last = std::move(call_self_);
}

void HttpSession::ReadHead() {
  parser_.emplace();
  parser_->header_limit(site_->limits.head_bytes_max);
  parser_->body_limit(site_->limits.body_bytes_max);
  stream_.expires_after(absl::ToChronoNanoseconds(site_->limits.head_timeout));
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode error, size_t /*bytes*/) { self->OnHead(error); });
}

void HttpSession::OnHead(ErrorCode error) {
  if (is_closed_) return;
  if (error) return RefuseRequest(error);
  const http::verb verb = parser_->get().method();
  const bool is_post = verb == http::verb::post;
  // A body that is not read leaves nothing that could be read after it.
  keep_alive_ = parser_->get().keep_alive() && (is_post || parser_->is_done());

  const absl::Status host = CheckHost(site_->listen, Header(http::field::host));
  std::optional<HttpAnswer> refusal;
  if (!host.ok()) {
    refusal = AnswerText(absl::IsInvalidArgument(host) ? 400 : 403, host.message());
  } else if (is_post) {
    refusal = CheckCall();
  } else if (verb != http::verb::get && verb != http::verb::head) {
    refusal = AnswerText(405, "Only GET, HEAD and gRPC-Web calls by POST are answered here.");
    refusal->headers.emplace_back("Allow", "GET, HEAD, POST");
  }
  if (refusal.has_value()) {
    keep_alive_ = keep_alive_ && parser_->is_done();
    return SendAnswer(*refusal);
  }
  if (!is_post) {
    const auto target = parser_->get().target();
    const absl::string_view path(target.data(), target.size());
    if (path == "/healthz") return SendAnswer(AnswerText(200, "ok"));
    return SendAnswer(AnswerFile(site_->files, {path, Header(http::field::if_none_match),
                                                Header(http::field::accept_encoding)}));
  }
  stream_.expires_after(absl::ToChronoNanoseconds(site_->limits.body_timeout));
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](ErrorCode read_error, size_t /*bytes*/) {
                     self->OnBody(read_error);
                   });
}

std::optional<HttpAnswer> HttpSession::CheckCall() {
  const auto target = parser_->get().target();
  if (!IsCallable(absl::string_view(target.data(), target.size()))) {
    return AnswerText(404, "There is no such method here.");
  }
  // No form and no simple request of another site can have this type: a browser asks first, and
  // nobody answers.
  const auto encoding = ParseGrpcWebContentType(Header(http::field::content_type));
  if (!encoding.has_value()) {
    return AnswerText(415, "Send gRPC-Web: Content-Type: application/grpc-web+proto.");
  }
  const absl::Status origin = CheckOrigin(Header(http::field::origin), Header(http::field::host));
  if (!origin.ok()) return AnswerText(403, origin.message());
  if (parser_->get().version() != 11) return AnswerText(505, "gRPC-Web needs HTTP/1.1 here.");
  encoding_ = *encoding;
  return std::nullopt;
}

void HttpSession::OnBody(ErrorCode error) {
  if (is_closed_) return;
  if (error) return RefuseRequest(error);
  StartCall();
}

void HttpSession::RefuseRequest(ErrorCode error) {
  keep_alive_ = false;
  if (error == http::error::body_limit) {
    return SendAnswer(AnswerText(
        413, absl::StrCat("A body has at most ", site_->limits.body_bytes_max, " bytes.")));
  }
  if (error == http::error::header_limit) {
    return SendAnswer(AnswerText(
        431, absl::StrCat("A head has at most ", site_->limits.head_bytes_max, " bytes.")));
  }
  // A client that went away or timed out is not answered; bytes that are no HTTP are.
  const bool is_gone = error == http::error::end_of_stream ||
                       error.category() != http::make_error_code(http::error::bad_value).category();
  if (is_gone) return Close();
  SendAnswer(AnswerText(400, absl::StrCat("This is no HTTP/1.1 request: ", error.message(), ".")));
}

void HttpSession::StartCall() {
  message_.reset();
  end_.reset();
  HttpAnswer head;
  head.headers = {{"Content-Type", std::string(ContentTypeOf(encoding_))},
                  {"Cache-Control", "no-store"}};
  Write(SerializeHead(head, "Transfer-Encoding: chunked", keep_alive_),
        [self = shared_from_this()] { self->ContinueStream(); });

  GrpcCall::Request request;
  const auto target = parser_->get().target();
  request.method.assign(target.data(), target.size());
  absl::StatusOr<std::string> message = ParseGrpcWebBody(encoding_, parser_->get().body());
  if (!message.ok()) {
    const auto code = static_cast<grpc::StatusCode>(message.status().code());
    return OnEnd(grpc::Status(code, std::string(message.status().message())));
  }
  request.message = *std::move(message);
  const auto timeout_header = parser_->get().find("grpc-timeout");
  if (timeout_header != parser_->get().end()) {
    const auto value = timeout_header->value();
    absl::StatusOr<absl::Duration> duration =
        ParseGrpcTimeout(absl::string_view(value.data(), value.size()));
    if (!duration.ok()) {
      return OnEnd(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                                std::string(duration.status().message())));
    }
    request.timeout = *duration;
  }
  call_self_ = shared_from_this();
  const std::weak_ptr<HttpSession> weak = weak_from_this();
  GrpcCall::Handlers handlers;
  handlers.on_message = [weak, io = io_](std::string bytes) {
    asio::post(*io, [weak, bytes = std::move(bytes)]() mutable {
      if (const auto self = weak.lock()) self->OnMessage(std::move(bytes));
    });
  };
  handlers.on_end = [weak, io = io_](const grpc::Status& status) {
    asio::post(*io, [weak, status] {
      if (const auto self = weak.lock()) self->OnEnd(status);
    });
  };
  call_ = GrpcCall::Start(*site_->stub, std::move(request), std::move(handlers), site_->open_calls);
  WatchForDisconnect();
}

void HttpSession::OnMessage(std::string message) {
  if (is_closed_) return;
  message_ = std::move(message);
  ContinueStream();
}

void HttpSession::OnEnd(const grpc::Status& status) {
  if (is_closed_) return;
  const std::shared_ptr<HttpSession> last = std::move(call_self_);
  call_.reset();
  end_ = status;
  ContinueStream();
}

void HttpSession::ContinueStream() {
  if (is_writing_) return;
  if (message_.has_value()) {
    const std::string frame = MessageFrame(encoding_, *message_);
    message_.reset();
    return Write(Chunk(frame), [self = shared_from_this()] {
      if (self->call_ != nullptr) self->call_->ReadNext();
      self->ContinueStream();
    });
  }
  if (end_.has_value()) EndStream();
}

void HttpSession::EndStream() {
  const std::string trailers = Chunk(TrailersFrame(encoding_, *end_));
  end_.reset();
  Write(absl::StrCat(trailers, kLastChunk), [self = shared_from_this()] { self->EndRequest(); });
}

void HttpSession::WatchForDisconnect() {
  if (is_watching_) return;
  is_watching_ = true;
  stream_.socket().async_wait(asio::ip::tcp::socket::wait_read,
                              [self = shared_from_this()](ErrorCode error) {
                                self->is_watching_ = false;
                                if (error || self->is_closed_ || self->call_ == nullptr) return;
                                // Readable with nothing to read is the end; anything else is the
                                // next request, which waits its turn in the kernel.
                                ErrorCode ignored;
                                if (self->stream_.socket().available(ignored) == 0) self->Close();
                              });
}

void HttpSession::SendAnswer(const HttpAnswer& answer) {
  const bool is_head = parser_->get().method() == http::verb::head;
  const bool has_length = answer.code != 304;
  const std::string framing =
      has_length ? absl::StrCat("Content-Length: ", answer.body.size()) : std::string();
  std::string bytes = SerializeHead(answer, framing, keep_alive_);
  if (!is_head && has_length) bytes += answer.body;
  Write(std::move(bytes), [self = shared_from_this()] { self->EndRequest(); });
}

void HttpSession::EndRequest() {
  if (keep_alive_) return ReadHead();
  ErrorCode ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(absl::ToChronoNanoseconds(kDrainTime));
  buffer_.clear();
  Drain();
}

void HttpSession::Drain() {
  stream_.async_read_some(buffer_.prepare(kDrainPieceBytes),
                          [self = shared_from_this()](ErrorCode error, size_t bytes) {
                            self->drained_bytes_ += bytes;
                            if (self->is_closed_) return;
                            if (error || self->drained_bytes_ > kDrainBytesMax) {
                              return self->Close();
                            }
                            self->Drain();
                          });
}

void HttpSession::Write(std::string bytes, std::function<void()> next) {
  writing_bytes_ = std::move(bytes);
  is_writing_ = true;
  stream_.expires_after(absl::ToChronoNanoseconds(site_->limits.write_timeout));
  asio::async_write(
      stream_, asio::buffer(writing_bytes_),
      [self = shared_from_this(), next = std::move(next)](ErrorCode error, size_t /*bytes*/) {
        self->is_writing_ = false;
        if (self->is_closed_) return;
        if (error) return self->Close();
        next();
      });
}

absl::string_view HttpSession::Header(http::field field) const {
  const auto value = parser_->get()[field];
  return absl::string_view(value.data(), value.size());
}

}  // namespace berthmaster
