#include "tests/simulation/sim_agent.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster::simulation {
namespace {

constexpr absl::Duration kCheckInterval = absl::Seconds(1);
constexpr absl::Duration kSampleInterval = absl::Seconds(3);
constexpr absl::Duration kLieInterval = absl::Seconds(2);
// Silence for so long ends a stream (keepalive).
constexpr absl::Duration kSilenceMax = absl::Seconds(4);

HostIdentity Identity(int boot) {
  HostIdentity identity;
  identity.kernel_release = "6.9.0";
  identity.boot_id = absl::StrCat("boot-", boot);
  identity.profile = AgentProfile::kEnforce;
  identity.capabilities = {AgentCapability::kApplySysctl, AgentCapability::kSockDiag};
  return identity;
}

}  // namespace

SimAgent::SimAgent(std::string host_id, const World& world)
    : host_id_(std::move(host_id)), world_(world), kernel_(host_id_, world.oracle, world.dice) {
  kernel_.Boot();
}

void SimAgent::Start() {
  TunerOptions options;
  options.profile = AgentProfile::kEnforce;
  options.journal_path = absl::StrCat(world_.directory, "/", host_id_, ".journal");
  options.kernel_release = "6.9.0";
  options.boot_id = absl::StrCat("boot-", boot_);
  absl::StatusOr<std::unique_ptr<Tuner>> tuner =
      Tuner::Open(std::move(options), {&clock_, &kernel_, &kernel_, &held_ports_});
  if (!tuner.ok()) {
    world_.oracle->Violate(
        absl::StrCat(host_id_, ": the journal does not open: ", tuner.status().message()));
    return;
  }
  tuner_ = *std::move(tuner);
  ++epoch_;
  sequence_ = 0;
  is_first_sample_ = true;
}

void SimAgent::Leave() {
  if (session_ == nullptr) return;
  if (world_.controller->IsOf(session_generation_)) {
    world_.controller->queue().OfferDetach({session_, false});
  }
  session_.reset();
}

void SimAgent::Kill() {
  tuner_.reset();
  kernel_.CrashAfter(0);
  down_for_ = world_.dice->Between(absl::Milliseconds(500), absl::Seconds(15));
}

void SimAgent::Reboot() {
  Kill();
  ++boot_;
  kernel_.Boot();
}

void SimAgent::LieTo(absl::Duration span) {
  Leave();
  lied_to_ = span;
}

void SimAgent::Heal() {
  kernel_.CrashAfter(0);
  kernel_.FailWrites(absl::OkStatus());
  down_for_ = std::min(down_for_, absl::Seconds(1));
  cut_off_ = absl::ZeroDuration();
  lied_to_ = absl::ZeroDuration();
}

void SimAgent::Attach() {
  if (!world_.controller->up() || !world_.dice->Chance(0.3)) return;
  session_generation_ = world_.controller->generation();
  auto self = std::make_shared<std::weak_ptr<SimSession>>();
  SimSession::AgentEnd end;
  end.push = [this, self](const DesiredState& desired) {
    if (cut_off_ > absl::ZeroDuration()) return;
    world_.network->Send(clock_.MonotonicNow(),
                         [this, self, desired] { TakePush(self->lock(), desired); });
  };
  end.end = [this, self] {
    world_.network->Send(clock_.MonotonicNow(), [this, self] {
      if (self->lock() == session_) session_.reset();
    });
  };
  session_ = std::make_shared<SimSession>(host_id_, world_.oracle, std::move(end));
  *self = session_;
  AgentHello hello;
  hello.host_id = host_id_;
  hello.identity = Identity(boot_);
  hello.epoch = epoch_;
  hello.next_sequence = sequence_ + 1;
  hello.applied_revision = tuner_->applied_revision();
  world_.controller->queue().OfferAttach({hello, session_});
}

void SimAgent::TakePush(const std::shared_ptr<SimSession>& session, const DesiredState& desired) {
  const bool deaf = tuner_ == nullptr || cut_off_ > absl::ZeroDuration();
  if (session == nullptr || session != session_ || deaf || !session->TakePush(desired)) return;
  DesiredStateReply reply;
  try {
    reply = tuner_->Apply(desired);
  } catch (const AgentCrash&) {
    Kill();
    return;
  }
  SendReply(std::move(reply));
}

void SimAgent::SendReply(DesiredStateReply reply) {
  if (session_ == nullptr || cut_off_ > absl::ZeroDuration()) return;
  world_.network->Send(
      clock_.MonotonicNow(),
      [this, session = session_, generation = session_generation_, reply = std::move(reply)] {
        if (!world_.controller->IsOf(generation) || !session->TakeReply(reply)) return;
        world_.controller->queue().OfferReply({session, reply});
      });
}

void SimAgent::SendSample() {
  auto sample = std::make_shared<HostSample>();
  sample->sequence = ++sequence_;
  sample->sample_time = world_.controller->now();
  const absl::Duration interval =
      std::exchange(is_first_sample_, false) ? absl::ZeroDuration() : kSampleInterval;
  for (const NetnsId& netns : kernel_.netns()) {
    sample->namespaces.push_back(kernel_.Sample(netns, interval));
  }
  if (cut_off_ > absl::ZeroDuration()) return;
  world_.network->Send(clock_.MonotonicNow(),
                       [this, session = session_, generation = session_generation_, sample] {
                         if (world_.controller->IsOf(generation) && !session->ended()) {
                           world_.controller->queue().OfferSample({session, sample});
                         }
                       });
}

void SimAgent::Lie() {
  Dice& dice = *world_.dice;
  DesiredState lie;
  lie.revision = dice.Between(1, 1000);
  lie.nonce = dice.Between(1, 1000);
  const int count = dice.Between(0, 3);
  for (int i = 0; i < count && !kernel_.netns().empty(); ++i) {
    const NetnsId netns = kernel_.netns()[dice.Pick(static_cast<int>(kernel_.netns().size()))];
    const std::string sysctl = std::string(kTimeWaitBucketsSysctl);
    DesiredChange change;
    change.rollout = absl::StrCat("rollouts/lie", dice.Between(1, 5));
    change.netns_cookie = netns.cookie;
    change.netns_inode = netns.inode;
    change.change = {sysctl, kernel_.Get(netns, sysctl), absl::StrCat(900'000 + dice.Pick(1000))};
    change.lease = absl::Seconds(dice.Between(5, 20));
    switch (dice.Pick(9)) {
      case 0:
        change.change.sysctl = "net.ipv4.ip_forward";
        break;
      case 1:
        change.change.sysctl = "net.ipv4.tcp_max_tw_buckets/../ip_forward";
        break;
      case 2:
        change.change.desired_value = "1000";
        break;
      case 3:
        change.netns_inode += 1;
        break;
      case 4:
        change.netns_cookie += 1000;
        break;
      case 5:
        change.lease = dice.Chance(0.5) ? absl::Hours(87600) : absl::ZeroDuration();
        break;
      case 6:
        change.change.desired_value = "-1";
        break;
      default:
        world_.oracle->OnLie({host_id_, netns, sysctl}, change.change.desired_value);
        change.confirmed = world_.lies_confirmed && dice.Chance(0.3);
        break;
    }
    lie.changes.push_back(std::move(change));
  }
  try {
    tuner_->Apply(lie);
  } catch (const AgentCrash&) {
    Kill();
  }
}

void SimAgent::Tick(absl::Duration tick) {
  clock_.Advance(tick);
  if (tuner_ == nullptr) {
    // The controller learns by the end of the stream that its agent is gone.
    Leave();
    down_for_ -= tick;
    if (down_for_ > absl::ZeroDuration()) return;
    try {
      Start();
    } catch (const AgentCrash&) {
      Kill();
    }
    return;
  }
  if (cut_off_ > absl::ZeroDuration()) {
    cut_off_ -= tick;
    silent_for_ += tick;
    if (silent_for_ >= kSilenceMax) Leave();
  } else {
    silent_for_ = absl::ZeroDuration();
  }
  // The end of a stream is never lost: the kernel of either side tells.
  const bool is_over =
      session_ != nullptr && (session_->ended() || !world_.controller->IsOf(session_generation_));
  if (is_over) session_.reset();
  since_check_ += tick;
  if (since_check_ >= kCheckInterval) {
    since_check_ = absl::ZeroDuration();
    try {
      std::optional<DesiredStateReply> report = tuner_->CheckLeases();
      if (report.has_value()) SendReply(*std::move(report));
    } catch (const AgentCrash&) {
      Kill();
      return;
    }
  }
  if (lied_to_ > absl::ZeroDuration()) {
    lied_to_ -= tick;
    next_lie_ -= tick;
    if (next_lie_ > absl::ZeroDuration()) return;
    next_lie_ = kLieInterval;
    Lie();
    return;
  }
  if (session_ == nullptr) {
    if (cut_off_ <= absl::ZeroDuration()) Attach();
    return;
  }
  since_sample_ += tick;
  if (since_sample_ < kSampleInterval) return;
  since_sample_ = absl::ZeroDuration();
  SendSample();
}

}  // namespace berthmaster::simulation
