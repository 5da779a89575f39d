#include "tests/integration/test_agent.h"

#include <algorithm>

#include "absl/time/clock.h"

namespace berthmaster {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr int kCapacity = 400;
constexpr int kTimeWaitSeconds = 60;

void FillPool(int in_use, v1::Pool& pool) {
  pool.set_kind(v1::POOL_KIND_CONNECT);
  pool.set_source_address("10.0.0.1");
  pool.set_destination_address("10.0.0.2");
  pool.set_destination_port(443);
  pool.set_capacity(kCapacity);
  pool.set_in_use(in_use);
  (*pool.mutable_states())["TIME_WAIT"] = in_use;
  pool.set_connection_rate(10);
  pool.set_time_wait_rate(10);
  pool.mutable_hold_time()->set_nanos(5'000'000);
  for (int second = 0; second < 62; ++second) {
    const int share = second < kTimeWaitSeconds ? in_use / kTimeWaitSeconds : 0;
    pool.add_time_wait_releases(second == 0 ? share + in_use % kTimeWaitSeconds : share);
  }
}

}  // namespace

TestAgent::TestAgent(const std::shared_ptr<grpc::Channel>& channel, absl::string_view host_id,
                     int64_t epoch, int64_t next_sequence)
    : stub_(v1::AgentService::NewStub(channel)), stream_(stub_->Attach(&context_)) {
  v1::AttachRequest request;
  v1::Hello& hello = *request.mutable_hello();
  hello.set_host_id(std::string(host_id));
  hello.set_epoch(epoch);
  hello.set_next_sequence(next_sequence);
  hello.mutable_identity()->set_host_name(std::string(host_id));
  hello.mutable_identity()->set_kernel_release("6.1.0");
  hello.mutable_identity()->set_profile(v1::AGENT_PROFILE_ENFORCE);
  hello.mutable_identity()->add_capabilities(v1::AGENT_CAPABILITY_APPLY_SYSCTL);
  stream_->Write(request);
  reader_ = std::thread([this] { Read(); });
}

TestAgent::~TestAgent() {
  context_.TryCancel();
  reader_.join();
}

bool TestAgent::Send(int64_t sequence, int in_use) {
  // Close to now, as a real agent's samples are.
  static const absl::Time kStart = absl::Now() - absl::Minutes(10);
  v1::AttachRequest request;
  v1::Sample& sample = *request.mutable_sample();
  sample.set_sequence(sequence);
  const absl::Time sample_time = kStart + absl::Seconds(sequence);
  sample.mutable_sample_time()->set_seconds(absl::ToUnixSeconds(sample_time));
  v1::NetnsSample& netns = *sample.add_namespaces();
  netns.mutable_netns()->set_name("hosts/crash-host/netns/7");
  netns.mutable_netns()->set_inode(4026531847);
  netns.mutable_netns()->set_label("blue");
  auto& sysctls = *netns.mutable_netns()->mutable_sysctls();
  sysctls["net.ipv4.ip_local_port_range"] = "32768 33167";
  sysctls["net.ipv4.tcp_tw_reuse"] = "2";
  sysctls["net.ipv4.tcp_timestamps"] = "1";
  sysctls["net.ipv4.tcp_max_tw_buckets"] = "131072";
  FillPool(in_use, *netns.add_pools());
  return Send(request);
}

bool TestAgent::Send(const v1::AttachRequest& request) { return stream_->Write(request); }

void TestAgent::Read() {
  v1::AttachResponse response;
  while (stream_->Read(&response)) {
    absl::MutexLock lock(&mutex_);
    if (response.has_welcome()) welcome_ = response.welcome().committed_sequence();
    if (response.has_sample_ack()) {
      acknowledged_ = std::max(acknowledged_, response.sample_ack().committed_sequence());
    }
  }
  const grpc::Status status = stream_->Finish();
  absl::MutexLock lock(&mutex_);
  status_ = status;
  ended_ = true;
}

std::optional<int64_t> TestAgent::WaitForWelcome() {
  auto is_there = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return welcome_.has_value() || ended_;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_there), kPatience);
  return welcome_;
}

bool TestAgent::WaitForAck(int64_t sequence) {
  auto is_there = [this, sequence]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return acknowledged_ >= sequence || ended_;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_there), kPatience);
  return acknowledged_ >= sequence;
}

int64_t TestAgent::acknowledged() const {
  absl::MutexLock lock(&mutex_);
  return acknowledged_;
}

grpc::Status TestAgent::WaitForEnd() {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&ended_), kPatience);
  return ended_ ? status_ : grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "still open");
}

}  // namespace berthmaster
