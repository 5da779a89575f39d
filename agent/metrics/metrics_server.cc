#include "agent/metrics/metrics_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <functional>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/metrics/metrics_answer.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// How long to wait after a failed accept; the usual failure is too many open files, and it passes.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);
// After the answer: closing with unread bytes makes the kernel send a reset, which can overtake the
// answer, so what still comes is taken and dropped, for a moment and up to a bound.
constexpr absl::Duration kDrainTime = absl::Seconds(1);
constexpr size_t kDrainPieceBytes = 4 * 1024;
constexpr size_t kDrainBytesMax = 256 * 1024;

absl::Status ListenError(const Endpoint& listen, const ErrorCode& error) {
  if (error == asio::error::address_in_use) {
    return absl::FailedPreconditionError(
        absl::StrCat(listen.ToString(),
                     " is already in use, perhaps by another agent; choose another address with "
                     "--metrics-listen, or off"));
  }
  return absl::UnavailableError(
      absl::StrCat("listen for metrics on ", listen.ToString(), ": ", error.message()));
}

// What all connections share; immutable while it serves.
struct Site {
  Endpoint listen;
  MetricsLimits limits;
  const SnapshotBoard& board;
  const Clock& clock;
};

// One connection, one request. Kept alive by its operation in flight.
class Session final : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const Site& site, std::function<void()> on_close)
      : site_(site), on_close_(std::move(on_close)), stream_(std::move(socket)) {}
  ~Session() { on_close_(); }

  void Start() {
    parser_.header_limit(site_.limits.head_bytes_max);
    parser_.body_limit(0);
    stream_.expires_after(absl::ToChronoNanoseconds(site_.limits.request_timeout));
    http::async_read_header(
        stream_, buffer_, parser_,
        [self = shared_from_this()](ErrorCode error, size_t) { self->OnHead(error); });
  }
  void Close() { stream_.close(); }

 private:
  void OnHead(ErrorCode error) {
    if (!error) return Answer(ReadAnswer());
    // A client that went away or timed out is not answered; bytes that are no HTTP are.
    const bool is_http_error =
        error.category() == make_error_code(http::error::bad_value).category();
    if (!is_http_error || error == http::error::end_of_stream) return Close();
    const bool is_too_long = error == http::error::header_limit;
    Answer({is_too_long ? 431 : 400, "text/plain; charset=utf-8",
            absl::StrCat("This is no request that can be answered: ", error.message(), ".\n")});
  }

  MetricsAnswer ReadAnswer() {
    const auto& request = parser_.get();
    const auto target = request.target();
    const auto host = request[http::field::host];
    MetricsRequest read;
    is_head_ = request.method() == http::verb::head;
    read.is_read = is_head_ || request.method() == http::verb::get;
    read.target = absl::string_view(target.data(), target.size());
    read.host = absl::string_view(host.data(), host.size());
    const std::shared_ptr<const MetricsSnapshot> snapshot = site_.board.Latest();
    return AnswerMetrics(read, site_.listen, snapshot.get(), site_.clock.MonotonicNow());
  }

  void Answer(MetricsAnswer answer) {
    response_.result(static_cast<unsigned>(answer.code));
    response_.set(http::field::content_type, answer.content_type);
    response_.set(http::field::cache_control, "no-store");
    response_.set("X-Content-Type-Options", "nosniff");
    if (answer.code == 405) response_.set(http::field::allow, "GET, HEAD");
    response_.keep_alive(false);
    response_.content_length(answer.body.size());
    if (!is_head_) response_.body() = std::move(answer.body);
    serializer_.split(is_head_);
    stream_.expires_after(absl::ToChronoNanoseconds(site_.limits.answer_timeout));
    const auto done = [self = shared_from_this()](ErrorCode error, size_t) {
      error ? self->Close() : self->Finish();
    };
    if (is_head_) return http::async_write_header(stream_, serializer_, done);
    http::async_write(stream_, serializer_, done);
  }

  void Finish() {
    ErrorCode ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.expires_after(absl::ToChronoNanoseconds(kDrainTime));
    buffer_.clear();
    Drain();
  }

  void Drain() {
    stream_.async_read_some(buffer_.prepare(kDrainPieceBytes),
                            [self = shared_from_this()](ErrorCode error, size_t bytes) {
                              self->drained_bytes_ += bytes;
                              if (error || self->drained_bytes_ > kDrainBytesMax) {
                                return self->Close();
                              }
                              self->Drain();
                            });
  }

  const Site& site_;
  const std::function<void()> on_close_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request_parser<http::empty_body> parser_;
  bool is_head_ = false;
  http::response<http::string_body> response_;
  http::response_serializer<http::string_body> serializer_{response_};
  size_t drained_bytes_ = 0;
};

}  // namespace

class MetricsServer::Listener {
 public:
  explicit Listener(Site site) : site_(std::move(site)), acceptor_(io_), retry_(io_) {}

  ~Listener() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] {
      ErrorCode ignored;
      acceptor_.close(ignored);
      retry_.cancel();
      // Closing one may take it out of the map.
      const auto sessions = sessions_;
      for (const auto& [id, weak] : sessions) {
        if (const auto session = weak.lock()) session->Close();
      }
    });
    thread_.join();
  }

  absl::Status Listen() {
    ErrorCode error;
    tcp::resolver resolver(io_);
    const auto found =
        resolver.resolve(site_.listen.host, absl::StrCat(site_.listen.listen_port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return ListenError(site_.listen, error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (error) return ListenError(site_.listen, error);
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor_.bind(endpoint, error);
    if (error) return ListenError(site_.listen, error);
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return ListenError(site_.listen, error);
    const tcp::endpoint bound = acceptor_.local_endpoint(error);
    if (error) return ListenError(site_.listen, error);
    site_.listen.listen_port = bound.port();
    return absl::OkStatus();
  }

  void Start() {
    Accept();
    thread_ = std::thread([this] { io_.run(); });
  }

  const Endpoint& address() const { return site_.listen; }

 private:
  void Accept() {
    acceptor_.async_accept([this](ErrorCode error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return Pause();
      if (sessions_.size() < site_.limits.connections_max) Open(std::move(socket));
      Accept();
    });
  }

  void Pause() {
    retry_.expires_after(absl::ToChronoNanoseconds(kAcceptPause));
    retry_.async_wait([this](ErrorCode) {
      if (acceptor_.is_open()) Accept();
    });
  }

  void Open(tcp::socket socket) {
    const int64_t id = next_id_++;
    auto session =
        std::make_shared<Session>(std::move(socket), site_, [this, id] { sessions_.erase(id); });
    sessions_.emplace(id, session);
    session->Start();
  }

  Site site_;
  // Below, all is used on the thread only, once that runs. Sessions die before the map: their last
  // operations are dropped with the io_context at the latest.
  std::map<int64_t, std::weak_ptr<Session>> sessions_;
  int64_t next_id_ = 0;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::thread thread_;
};

MetricsServer::MetricsServer(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}
MetricsServer::~MetricsServer() = default;

const Endpoint& MetricsServer::address() const { return listener_->address(); }

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Start(Options options,
                                                                    const SnapshotBoard& board,
                                                                    const Clock& clock) {
  auto listener =
      std::make_unique<Listener>(Site{std::move(options.listen), options.limits, board, clock});
  BERTHMASTER_RETURN_IF_ERROR(listener->Listen());
  listener->Start();
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(listener)));
}

}  // namespace berthmaster
