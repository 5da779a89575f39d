#include "controller/engine/engine_core.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

EngineOptions Bounded(EngineOptions options) {
  options.lease = std::clamp(options.lease, kLeaseMin, kLeaseMax);
  return options;
}

}  // namespace

EngineCore::EngineCore(Engine::Dependencies dependencies, EngineOptions options)
    : dependencies_(dependencies),
      options_(Bounded(options)),
      incidents_(&ledger_, dependencies.random),
      presence_(&ledger_, &incidents_, options_.host_timeout),
      proposals_(&ledger_, dependencies.random),
      rollouts_(&ledger_, &incidents_, &presence_,
                {options_.lease, options_.soak, options_.apply_timeout}),
      outbox_({&ledger_, &presence_, &admission_, &sessions_, &rollouts_, dependencies.fleet,
               dependencies.events},
              options_.lease, options_.apply_timeout) {}

EngineTime EngineCore::Now() const {
  return {dependencies_.clock->SystemNow(), dependencies_.clock->MonotonicNow()};
}

absl::Status EngineCore::Load() {
  absl::StatusOr<ControlState> state = dependencies_.control_store->Load();
  if (!state.ok()) return Annotate(state.status(), "load the control state");
  absl::StatusOr<std::vector<HistoryStream>> streams = dependencies_.history_writer->LoadStreams();
  if (!streams.ok()) return Annotate(streams.status(), "load the streams of the history");
  ledger_.Load(*std::move(state));
  admission_.Load(*streams);
  const EngineTime time = Now();
  incidents_.Restore();
  presence_.Restore(time);
  next_tick_ = time.monotonic;
  next_prune_ = time.monotonic + kPruneInterval;
  for (const auto& entry : ledger_.hosts().rows()) {
    dependencies_.fleet->Put(presence_.View(entry.first));
  }
  for (const auto& entry : ledger_.incidents().rows()) dependencies_.fleet->Put(entry.second);
  for (const auto& entry : ledger_.recommendations().rows()) dependencies_.fleet->Put(entry.second);
  for (const auto& entry : ledger_.rollouts().rows()) dependencies_.fleet->Put(entry.second);
  for (const auto& entry : ledger_.silences().rows()) dependencies_.fleet->Put(entry.second);
  dependencies_.fleet->Put(ledger_.detection_policy());
  dependencies_.fleet->Put(ledger_.approval_policy());
  return absl::OkStatus();
}

absl::Duration EngineCore::RunTurn() {
  const EngineTime time = Now();
  pushed_ = false;
  if (control_gate_.broken() && (!control_gate_.Due(time.monotonic) || !CommitFacts(time))) {
    FailCommands(control_gate_.error());
    return TimeLeft(time);
  }
  TakeSessionInputs(time);
  RecordSamples(time);
  Tick(time);
  rollouts_.Step(time);
  if (!CommitFacts(time)) {
    FailCommands(control_gate_.error());
    return TimeLeft(time);
  }
  RunCommands(time);
  Prune(time);
  return TimeLeft(time);
}

void EngineCore::TakeSessionInputs(EngineTime time) {
  for (SessionInput& input : queue_.TakeSessionInputs()) {
    std::visit([&](auto& taken) { Take(std::move(taken), time); }, input);
  }
}

void EngineCore::Take(AttachInput input, EngineTime time) {
  const AgentHello& hello = input.hello;
  if (absl::Status status = presence_.Attach(hello, time); !status.ok()) {
    outbox_.End(std::move(input.session), std::move(status));
    return;
  }
  admission_.Attach(hello.host_id, hello.epoch);
  std::shared_ptr<AgentSession> displaced =
      sessions_.Attach({hello.host_id, hello.epoch, input.session});
  if (displaced != nullptr) {
    outbox_.End(std::move(displaced),
                absl::AbortedError(
                    absl::StrCat("host ", hello.host_id, " attached again; this session is over")));
  }
  LogInfo("host ", hello.host_id, ": attached, agent ", hello.identity.agent_version);
  outbox_.Welcome(std::move(input.session), hello.host_id);
  rollouts_.OnSession(hello.host_id);
  // The agent may have something in force that is not desired any more, or the other way round. The
  // same revision proves nothing: it may have been given by a controller that lied.
  auto host = ledger_.hosts().Find(hello.host_id);
  if (host->desired_revision != hello.applied_revision ||
      hello.identity.profile == AgentProfile::kEnforce ||
      !ledger_.OpenRolloutsOf(hello.host_id).empty()) {
    rollouts_.RequestPush(hello.host_id);
  }
}

void EngineCore::Take(SampleInput input, EngineTime time) {
  const SessionRegistry::Bound* bound = sessions_.Find(input.session.get());
  Admitted admitted;
  admitted.pools = CountPools(*input.sample);
  // A session that was displaced or refused is about to learn it.
  if (bound == nullptr) return queue_.ReleaseSamples(1, admitted.pools);
  SampleAdmission::Result result = admission_.Admit(bound->host_id, *input.sample, time.now);
  if (result.verdict == SampleAdmission::Verdict::kDuplicate) {
    outbox_.Ack(bound->host_id);
    return queue_.ReleaseSamples(1, admitted.pools);
  }
  if (result.gap > 0) {
    LogWarning("host ", bound->host_id, ": ", result.gap, " samples before ",
               input.sample->sequence, " are missing; its spool was full");
  }
  admitted.clock_ahead = result.clock_ahead;
  admitted.entry.host_id = bound->host_id;
  admitted.entry.epoch = bound->epoch;
  admitted.entry.sample = std::move(input.sample);
  if (result.sample_time != admitted.entry.sample->sample_time) {
    auto moved = std::make_shared<HostSample>(*admitted.entry.sample);
    moved->sample_time = result.sample_time;
    admitted.entry.sample = std::move(moved);
  }
  admitted_.push_back(std::move(admitted));
}

void EngineCore::Take(const ReplyInput& input, EngineTime time) {
  const SessionRegistry::Bound* bound = sessions_.Find(input.session.get());
  if (bound != nullptr) rollouts_.OnReply(bound->host_id, input.reply, time);
}

void EngineCore::Take(const DetachInput& input, EngineTime time) {
  const SessionRegistry::Bound* bound = sessions_.Find(input.session.get());
  if (bound == nullptr) return;
  presence_.Detach(bound->host_id, input.goodbye, time);
  rollouts_.OnSession(bound->host_id);
  sessions_.Detach(input.session.get());
}

void EngineCore::RecordSamples(EngineTime time) {
  if (admitted_.empty() || !history_gate_.Due(time.monotonic)) return;
  std::vector<HistoryEntry> entries;
  entries.reserve(admitted_.size());
  for (const Admitted& admitted : admitted_) entries.push_back(admitted.entry);
  if (absl::Status status = dependencies_.history_writer->Append(entries); !status.ok()) {
    if (history_gate_.Fail(status, time.monotonic)) {
      LogError("samples cannot be recorded and are not acknowledged: ", status.ToString());
    }
    return;
  }
  if (history_gate_.Succeed()) LogInfo("samples are recorded again");
  int64_t pools = 0;
  for (const Admitted& admitted : admitted_) {
    Record(admitted, time);
    pools += admitted.pools;
  }
  queue_.ReleaseSamples(static_cast<int>(admitted_.size()), pools);
  admitted_.clear();
}

void EngineCore::Record(const Admitted& admitted, EngineTime time) {
  const std::string& host_id = admitted.entry.host_id;
  const HostSample& sample = *admitted.entry.sample;
  admission_.MarkCommitted(host_id, admitted.entry.epoch, sample.sequence);
  presence_.TakeSample(host_id, admitted.entry.sample, admitted.clock_ahead, time);
  rollouts_.OnSample(host_id, sample, time);
  for (const Incident& incident : incidents_.Observe(host_id, sample, time.now)) {
    if (!incident.active()) proposals_.Close(incident.id, time.now);
  }
  proposals_.Refresh(host_id, sample, time);
  outbox_.ShowHost(host_id);
  outbox_.Ack(host_id);
}

void EngineCore::Tick(EngineTime time) {
  if (time.monotonic < next_tick_) return;
  next_tick_ = time.monotonic + kTickInterval;
  presence_.Tick(time);
  incidents_.ReviewSilences(time.now);
  Decisions decisions = MakeDecisions(time);
  decisions.ExpireProposals();
  decisions.ApproveByPolicy();
}

Decisions EngineCore::MakeDecisions(EngineTime time) {
  return Decisions(
      {&ledger_, &incidents_, &proposals_, &rollouts_, &presence_, dependencies_.random}, time);
}

bool EngineCore::CommitFacts(EngineTime time) {
  ControlState changed;
  if (ledger_.dirty()) {
    changed = ledger_.DirtyRows();
    if (absl::Status status = dependencies_.control_store->Commit(changed); !status.ok()) {
      if (control_gate_.Fail(status, time.monotonic)) {
        LogError("the control state cannot be committed and nothing is acknowledged: ",
                 status.ToString());
      }
      return false;
    }
    if (control_gate_.Succeed()) LogInfo("the control state is committed again");
    ledger_.MarkCommitted();
  }
  pushed_ = outbox_.Release(changed, time) || pushed_;
  return true;
}

void EngineCore::RunCommands(EngineTime time) {
  std::vector<Command> commands = queue_.TakeCommands();
  if (commands.empty()) return;
  Decisions decisions = MakeDecisions(time);
  std::vector<std::function<void()>> answers;
  answers.reserve(commands.size());
  for (const Command& command : commands) answers.push_back(command.decide(decisions));
  ControlState changed;
  if (ledger_.dirty()) {
    changed = ledger_.DirtyRows();
    if (absl::Status status = dependencies_.control_store->Commit(changed); !status.ok()) {
      LogError("a decision cannot be committed: ", status.ToString());
      ledger_.Rollback();
      incidents_.Restore();
      rollouts_.OnRollback();
      for (const Command& command : commands) command.fail(status);
      return;
    }
    ledger_.MarkCommitted();
  }
  pushed_ = outbox_.Release(changed, time) || pushed_;
  for (const std::function<void()>& answer : answers) answer();
}

void EngineCore::FailCommands(const absl::Status& status) {
  for (const Command& command : queue_.TakeCommands()) command.fail(status);
}

void EngineCore::Prune(EngineTime time) {
  if (time.monotonic < next_prune_) return;
  ForgetEnded(time.now);
  absl::StatusOr<bool> more =
      dependencies_.history_writer->Prune(time.now - options_.history_retention);
  if (!more.ok()) LogWarning("old history cannot be dropped: ", more.status().ToString());
  next_prune_ = time.monotonic + (more.ok() && *more ? kPruneAgain : kPruneInterval);
}

void EngineCore::ForgetEnded(absl::Time now) {
  const ControlLedger::Forgotten forgotten = ledger_.ForgetEnded(now);
  for (const std::string& id : forgotten.incidents) dependencies_.fleet->ForgetIncident(id);
  for (const std::string& id : forgotten.recommendations) {
    dependencies_.fleet->ForgetRecommendation(id);
  }
  for (const std::string& id : forgotten.rollouts) dependencies_.fleet->ForgetRollout(id);
  for (const std::string& id : forgotten.silences) dependencies_.fleet->ForgetSilence(id);
}

absl::Duration EngineCore::TimeLeft(EngineTime time) const {
  if (pushed_) return absl::ZeroDuration();
  absl::Duration left = kIdleWait;
  if (control_gate_.broken()) left = std::min(left, control_gate_.TimeLeft(time.monotonic));
  if (history_gate_.broken()) left = std::min(left, history_gate_.TimeLeft(time.monotonic));
  return left;
}

bool EngineCore::Settled() const { return queue_.empty() && admitted_.empty() && !ledger_.dirty(); }

void EngineCore::EndAll(const absl::Status& status) {
  FailCommands(status);
  for (SessionInput& input : queue_.TakeSessionInputs()) {
    if (auto* attach = std::get_if<AttachInput>(&input)) attach->session->End(status);
  }
  for (const std::shared_ptr<AgentSession>& session : sessions_.All()) session->End(status);
}

}  // namespace berthmaster
