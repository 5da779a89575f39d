#include "controller/web_gateway/web_gateway.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "common/status/annotate.h"
#include "controller/web_gateway/http_session.h"

namespace berthmaster {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// How long to wait after a failed accept; the usual failure is too many open files, and it passes.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);
// How long calls may take to end after they were cancelled.
constexpr absl::Duration kStopPatience = absl::Seconds(2);

absl::Status ListenError(const Endpoint& listen, const boost::system::error_code& error) {
  if (error == asio::error::address_in_use) {
    return absl::FailedPreconditionError(
        absl::StrCat(listen.ToString(),
                     " is already in use; another controller? Stop it, or choose "
                     "another address with --web-listen"));
  }
  return absl::UnavailableError(
      absl::StrCat("listen for the dashboard on ", listen.ToString(), ": ", error.message()));
}

}  // namespace

class WebGateway::Listener {
 public:
  explicit Listener(std::shared_ptr<GatewaySite> site)
      : site_(std::move(site)),
        io_(std::make_shared<asio::io_context>(1)),
        acceptor_(*io_),
        retry_(*io_) {}

  absl::Status Listen() {
    boost::system::error_code error;
    tcp::resolver resolver(*io_);
    const Endpoint& listen = site_->listen;
    const auto found =
        resolver.resolve(listen.host, absl::StrCat(listen.listen_port),
                         tcp::resolver::passive | tcp::resolver::numeric_service, error);
    if (error) return ListenError(listen, error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), error);
    if (error) return ListenError(listen, error);
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor_.bind(endpoint, error);
    if (error) return ListenError(listen, error);
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return ListenError(listen, error);
    const tcp::endpoint bound = acceptor_.local_endpoint(error);
    if (error) return ListenError(listen, error);
    site_->listen.listen_port = bound.port();
    return absl::OkStatus();
  }

  void Start() {
    Accept();
    thread_ = std::thread([this] { io_->run(); });
  }

  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(*io_, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      retry_.cancel();
      // Closing one may take it out of the map.
      const auto sessions = sessions_;
      for (const auto& entry : sessions) {
        if (const auto session = entry.second.lock()) session->Close();
      }
    });
    thread_.join();
    if (!site_->open_calls->WaitUntilNone(kStopPatience)) {
      LogWarning("calls of the dashboard did not end within ", absl::FormatDuration(kStopPatience));
    }
  }

  const Endpoint& address() const { return site_->listen; }

 private:
  void Accept() {
    acceptor_.async_accept([this](boost::system::error_code error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) return Pause();
      if (sessions_.size() < site_->limits.connections_max) Open(std::move(socket));
      Accept();
    });
  }

  void Pause() {
    retry_.expires_after(absl::ToChronoNanoseconds(kAcceptPause));
    retry_.async_wait([this](boost::system::error_code /*error*/) {
      if (acceptor_.is_open()) Accept();
    });
  }

  void Open(tcp::socket socket) {
    const int64_t id = next_session_id_++;
    auto session = std::make_shared<HttpSession>(std::move(socket), io_, site_,
                                                 [this, id] { sessions_.erase(id); });
    sessions_.emplace(id, session);
    session->Start();
  }

  const std::shared_ptr<GatewaySite> site_;
  // All below is used on the io thread only, once that runs. Sessions die before the map: their
  // last operations are dropped with the io_context at the latest.
  std::map<int64_t, std::weak_ptr<HttpSession>> sessions_;
  int64_t next_session_id_ = 0;
  const std::shared_ptr<asio::io_context> io_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::thread thread_;
};

WebGateway::WebGateway(std::unique_ptr<Listener> listener) : listener_(std::move(listener)) {}

WebGateway::~WebGateway() { Stop(); }

const Endpoint& WebGateway::address() const { return listener_->address(); }

void WebGateway::Stop() { listener_->Stop(); }

absl::StatusOr<std::unique_ptr<WebGateway>> WebGateway::Start(
    Options options, std::shared_ptr<grpc::Channel> channel) {
  auto site = std::make_shared<GatewaySite>();
  site->listen = std::move(options.listen);
  site->limits = options.limits;
  site->stub = std::make_unique<grpc::GenericStub>(std::move(channel));
  const absl::Status loaded = site->files.Load(options.web_root);
  if (!loaded.ok()) LogWarning(loaded.message(), "; the dashboard's address says how to build it");

  auto listener = std::make_unique<Listener>(std::move(site));
  BERTHMASTER_RETURN_IF_ERROR(listener->Listen());
  listener->Start();
  return std::unique_ptr<WebGateway>(new WebGateway(std::move(listener)));
}

}  // namespace berthmaster
