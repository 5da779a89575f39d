#include "controller/engine/engine.h"

#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/log/log.h"
#include "controller/engine/command.h"
#include "controller/engine/engine_core.h"

namespace berthmaster {
namespace {

// How many turns Stop() takes at most to commit what was taken: enough for a full queue. With a
// store that refuses it ends at once; what is not committed then was not acknowledged, and the
// agents still have it.
constexpr int kStopTurnsMax = (kQueuedSamplesMax + kQueuedMessagesMax) / kTurnInputsMax + 2;

absl::Status Stopped() {
  return absl::UnavailableError("the controller is stopping; try again when it is back");
}

absl::Status Full() {
  return absl::ResourceExhaustedError("the controller has too much to decide; try again later");
}

}  // namespace

class Engine::Core {
 public:
  Core(Dependencies dependencies, EngineOptions options) : core_(dependencies, options) {}

  absl::Status Start() {
    if (absl::Status status = core_.Load(); !status.ok()) return status;
    absl::MutexLock lock(&mutex_);
    thread_ = std::thread([this] { Run(); });
    return absl::OkStatus();
  }

  void Stop() {
    core_.queue().Close();
    absl::MutexLock lock(&mutex_);
    if (thread_.joinable()) {
      thread_.join();
    } else if (!ended_) {
      core_.EndAll(Stopped());
    }
    ended_ = true;
  }

  InputQueue& queue() { return core_.queue(); }

  template <typename T>
  void Offer(std::function<absl::StatusOr<T>(Decisions&)> decide, Done<T> done) {
    Command command = MakeCommand<T>(std::move(decide), std::move(done));
    auto fail = command.fail;
    if (queue().OfferCommand(std::move(command))) return;
    fail(queue().closed() ? Stopped() : Full());
  }

 private:
  void Run() {
    while (!queue().closed()) {
      const absl::Duration wait = core_.RunTurn();
      if (core_.TakesSessionInputs()) {
        queue().Wait(wait);
      } else {
        queue().WaitForCommand(wait);
      }
    }
    for (int turn = 0; turn < kStopTurnsMax && !core_.Settled(); ++turn) core_.RunTurn();
    if (!core_.Settled()) LogError("stopped with samples that could not be committed");
    core_.EndAll(Stopped());
  }

  EngineCore core_;
  absl::Mutex mutex_;
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

Engine::Engine(Dependencies dependencies, EngineOptions options)
    : core_(std::make_unique<Core>(dependencies, options)) {}

Engine::~Engine() { Stop(); }

absl::Status Engine::Start() { return core_->Start(); }

void Engine::Stop() { core_->Stop(); }

void Engine::Attach(AgentHello hello, const std::shared_ptr<AgentSession>& session) {
  if (core_->queue().OfferAttach({std::move(hello), session})) return;
  session->End(core_->queue().closed() ? Stopped() : Full());
}

bool Engine::OfferSample(const std::shared_ptr<AgentSession>& session,
                         std::shared_ptr<const HostSample> sample) {
  return core_->queue().OfferSample({session, std::move(sample)});
}

void Engine::OfferReply(const std::shared_ptr<AgentSession>& session, DesiredStateReply reply) {
  if (core_->queue().OfferReply({session, std::move(reply)})) return;
  // Without its session the agent attaches again and is asked again, so the reply is not lost.
  session->End(core_->queue().closed() ? Stopped() : Full());
}

void Engine::Detach(const std::shared_ptr<AgentSession>& session, const bool goodbye) {
  core_->queue().OfferDetach({session, goodbye});
}

void Engine::Approve(DecisionRequest request, Done<Recommendation> done) {
  core_->Offer<Recommendation>(
      [request = std::move(request)](Decisions& decisions) { return decisions.Approve(request); },
      std::move(done));
}

void Engine::Reject(DecisionRequest request, Done<Recommendation> done) {
  core_->Offer<Recommendation>(
      [request = std::move(request)](Decisions& decisions) { return decisions.Reject(request); },
      std::move(done));
}

void Engine::AcknowledgeIncident(std::string id, Caller who, std::string etag,
                                 Done<Incident> done) {
  core_->Offer<Incident>(
      [id = std::move(id), who = std::move(who), etag = std::move(etag)](Decisions& decisions) {
        return decisions.AcknowledgeIncident(id, who, etag);
      },
      std::move(done));
}

void Engine::ResolveIncident(std::string id, Caller who, std::string reason, std::string etag,
                             Done<Incident> done) {
  core_->Offer<Incident>(
      [id = std::move(id), who = std::move(who), reason = std::move(reason),
       etag = std::move(etag)](Decisions& decisions) {
        return decisions.ResolveIncident(id, who, reason, etag);
      },
      std::move(done));
}

void Engine::Propose(ProposalRequest request, Done<ProposedChange> done) {
  core_->Offer<ProposedChange>(
      [request = std::move(request)](Decisions& decisions) { return decisions.Propose(request); },
      std::move(done));
}

void Engine::DecideRollout(RolloutDecision decision, Done<Rollout> done) {
  core_->Offer<Rollout>([decision = std::move(decision)](
                            Decisions& decisions) { return decisions.DecideRollout(decision); },
                        std::move(done));
}

void Engine::CreateSilence(SilenceRequest request, Done<CreatedSilence> done) {
  core_->Offer<CreatedSilence>(
      [request = std::move(request)](Decisions& decisions) {
        return decisions.CreateSilence(request);
      },
      std::move(done));
}

void Engine::ExpireSilence(std::string id, Caller who, std::string etag, Done<Silence> done) {
  core_->Offer<Silence>(
      [id = std::move(id), who = std::move(who), etag = std::move(etag)](Decisions& decisions) {
        return decisions.ExpireSilence(id, who, etag);
      },
      std::move(done));
}

void Engine::UpdateDetectionPolicy(DetectionPolicyRequest request, Done<DetectionPolicy> done) {
  core_->Offer<DetectionPolicy>(
      [request = std::move(request)](Decisions& decisions) {
        return decisions.UpdateDetectionPolicy(request);
      },
      std::move(done));
}

void Engine::UpdateApprovalPolicy(ApprovalPolicyRequest request, Done<ApprovalPolicy> done) {
  core_->Offer<ApprovalPolicy>(
      [request = std::move(request)](Decisions& decisions) {
        return decisions.UpdateApprovalPolicy(request);
      },
      std::move(done));
}

}  // namespace berthmaster
