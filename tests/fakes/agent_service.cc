#include "tests/fakes/agent_service.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace berthmaster {

FakeAgentService::~FakeAgentService() { Stop(); }

void FakeAgentService::Start() {
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", listen_port_),
                           grpc::InsecureServerCredentials(), &listen_port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) std::abort();
}

void FakeAgentService::Stop() {
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::time_point());
  server_.reset();
}

void FakeAgentService::set_commits(bool commits) {
  absl::MutexLock lock(&mutex_);
  commits_ = commits;
}

void FakeAgentService::set_accepts_deltas(bool accepts_deltas) {
  absl::MutexLock lock(&mutex_);
  accepts_deltas_ = accepts_deltas;
}

void FakeAgentService::EndAtSample(int64_t sequence, grpc::Status status) {
  absl::MutexLock lock(&mutex_);
  end_sequence_ = sequence;
  end_status_ = std::move(status);
}

bool FakeAgentService::Push(const v1::AttachResponse& response) {
  absl::MutexLock lock(&mutex_);
  return stream_ != nullptr && stream_->Write(response);
}

FakeAgentService::Seen FakeAgentService::seen() const {
  absl::MutexLock lock(&mutex_);
  return seen_;
}

grpc::Status FakeAgentService::Attach(grpc::ServerContext*, Stream* stream) {
  v1::AttachRequest request;
  grpc::Status status = grpc::Status::OK;
  while (status.ok() && stream->Read(&request)) {
    absl::MutexLock lock(&mutex_);
    v1::AttachResponse response;
    switch (request.message_case()) {
      case v1::AttachRequest::kHello:
        seen_.hellos.push_back(request.hello());
        response.mutable_welcome()->set_committed_sequence(committed_sequence_);
        response.mutable_welcome()->set_accepts_deltas(accepts_deltas_);
        stream->Write(response);
        stream_ = stream;
        break;
      case v1::AttachRequest::kSample:
        status = TakeSample(request.sample(), stream);
        break;
      case v1::AttachRequest::kDesiredStateReply:
        seen_.replies.push_back(request.desired_state_reply());
        break;
      case v1::AttachRequest::kGoodbye:
        seen_.goodbyes.push_back(request.goodbye().reason());
        break;
      case v1::AttachRequest::MESSAGE_NOT_SET:
        status = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "an empty message");
        break;
    }
  }
  absl::MutexLock lock(&mutex_);
  if (stream_ == stream) stream_ = nullptr;
  return status;
}

grpc::Status FakeAgentService::TakeSample(const v1::Sample& sample, Stream* stream) {
  seen_.samples.push_back(sample.sequence());
  if (sample.sequence() == end_sequence_) return end_status_;
  if (!commits_) return grpc::Status::OK;
  if (sample.sequence() > committed_sequence_) {
    seen_.committed.push_back(sample);
    committed_sequence_ = sample.sequence();
  }
  v1::AttachResponse response;
  response.mutable_sample_ack()->set_committed_sequence(committed_sequence_);
  stream->Write(response);
  return grpc::Status::OK;
}

}  // namespace berthmaster
