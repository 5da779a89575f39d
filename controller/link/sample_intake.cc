#include "controller/link/sample_intake.h"

#include <algorithm>
#include <utility>

namespace berthmaster {
namespace {

size_t PoolsOf(const HostSample& sample) {
  size_t pools = 0;
  for (const NetnsSample& netns : sample.namespaces) pools += netns.pools.size();
  return pools;
}

}  // namespace

SampleIntake::Judgement SampleIntake::Judge(int64_t sequence, int64_t base_sequence) {
  if (is_waiting_for_full_) {
    // Numbers rise but for an agent that begins again. A full sample beyond them was on its way
    // before; to take it would acknowledge those that were dropped.
    const bool begins_again = base_sequence == 0 && sequence <= last_sequence_;
    if (!begins_again) {
      last_sequence_ = std::max(last_sequence_, sequence);
      return {Verdict::kDrop, nullptr};
    }
    is_waiting_for_full_ = false;
  }
  last_sequence_ = sequence;
  if (base_sequence == 0) return {Verdict::kRead, nullptr};
  const auto base = std::find_if(kept_.begin(), kept_.end(), [base_sequence](const Kept& kept) {
    return kept.sample->sequence == base_sequence;
  });
  if (base == kept_.end()) {
    is_waiting_for_full_ = true;
    return {Verdict::kAskForFull, nullptr};
  }
  Judgement judgement{Verdict::kRead, base->sample};
  // An agent's base never goes back.
  ForgetBefore(base_sequence);
  return judgement;
}

void SampleIntake::Keep(std::shared_ptr<const HostSample> sample) {
  // Sent again after a gap: the new ones take the place of those of before.
  while (!kept_.empty() && kept_.back().sample->sequence >= sample->sequence) {
    pools_ -= kept_.back().pools;
    kept_.pop_back();
  }
  const size_t pools = PoolsOf(*sample);
  kept_.push_back({std::move(sample), pools});
  pools_ += pools;
  while (kept_.size() > kBaseSamplesMax || (kept_.size() > 1 && pools_ - pools > kBasePoolsMax)) {
    ForgetOldest();
  }
}

void SampleIntake::Acknowledge(int64_t committed_sequence) {
  // At rest there is one sample between two acknowledgements, and the next one will be against it:
  // what came before is not needed any more. If that one is on its way already the agent is asked
  // for a full one, which is cheaper than a second sample of each host in memory. While more are
  // under way they may be against any that is kept.
  const auto under_way = std::count_if(kept_.begin(), kept_.end(), [this](const Kept& kept) {
    return kept.sample->sequence > acknowledged_sequence_;
  });
  if (under_way == 1 && kept_.back().sample->sequence == committed_sequence) {
    ForgetBefore(committed_sequence);
  }
  acknowledged_sequence_ = std::max(acknowledged_sequence_, committed_sequence);
}

void SampleIntake::ForgetBefore(int64_t sequence) {
  while (!kept_.empty() && kept_.front().sample->sequence < sequence) ForgetOldest();
}

void SampleIntake::ForgetOldest() {
  pools_ -= kept_.front().pools;
  kept_.erase(kept_.begin());
}

}  // namespace berthmaster
