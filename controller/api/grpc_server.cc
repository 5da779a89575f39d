#include "controller/api/grpc_server.h"

#include <grpc/support/log.h>
#include <grpc/support/time.h>
#include <grpcpp/ext/channelz_service_plugin.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/log.h"
#include "controller/api/port_probe.h"

namespace berthmaster {
namespace {

// Both ends set these together (style guide 5.2): an agent pings every 30 s, and one that pings
// more often than every 15 s is sent away.
constexpr int kKeepaliveMillis = 30'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;
constexpr int kPingIntervalMinMillis = 15'000;
// Streams of one connection: an agent has one; a bench or a proxy has one for each of thousands.
constexpr int kStreamsPerConnectionMax = 10'000;
// What all connections together may buffer, so that hostile callers exhaust a quota and not the
// machine.
constexpr size_t kMemoryQuotaBytes = size_t{1024} * 1024 * 1024;

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kReceivedBytesMax);
  // A page has at most a thousand resources, and that is the bound.
  builder.SetMaxSendMessageSize(-1);
  // Without this a second controller would share the port without a word, and split the fleet.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kPingIntervalMinMillis);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  grpc::ResourceQuota quota("controller");
  quota.Resize(kMemoryQuotaBytes);
  builder.SetResourceQuota(quota);
}

void WriteGrpcLog(gpr_log_func_args* args) {
  LogDebug("gRPC ", args->file, ":", args->line, ": ", args->message);
}

}  // namespace

void QuietGrpcLog() { gpr_set_log_function(WriteGrpcLog); }

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const Endpoint& listen, const std::function<void(grpc::ServerBuilder&)>& add_services) {
  // All three add themselves to every builder made after them.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::channelz::experimental::InitChannelzService();
  grpc::EnableDefaultHealthCheckService(true);

  grpc::ServerBuilder builder;
  SetLimits(builder);
  add_services(builder);
  int bound_port = 0;
  builder.AddListeningPort(listen.ToString(), grpc::InsecureServerCredentials(), &bound_port);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || bound_port == 0) {
    if (server != nullptr) server->Shutdown();
    return WhyNotListening(listen, "--listen");
  }
  server->GetHealthCheckService()->SetServingStatus(true);
  Endpoint address = listen;
  address.listen_port = static_cast<uint16_t>(bound_port);
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(server), std::move(address)));
}

GrpcServer::~GrpcServer() { Stop(absl::ZeroDuration()); }

std::shared_ptr<grpc::Channel> GrpcServer::InProcessChannel() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return server_->InProcessChannel(arguments);
}

void GrpcServer::Leave() { server_->GetHealthCheckService()->Shutdown(); }

void GrpcServer::Stop(absl::Duration patience) {
  server_->Shutdown(gpr_time_from_nanos(absl::ToInt64Nanoseconds(patience), GPR_TIMESPAN));
}

}  // namespace berthmaster
