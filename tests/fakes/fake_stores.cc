#include "tests/fakes/fake_stores.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/annotate.h"
#include "controller/model/names.h"
#include "controller/store/ended.h"
#include "controller/store/thinning.h"

namespace berthmaster {
namespace {

absl::Status Run(const CommitHook& hook) { return hook ? hook() : absl::OkStatus(); }

CommitHook Failing(const absl::Status& error) {
  if (error.ok()) return nullptr;
  return [error] { return error; };
}

template <typename T>
std::vector<T> Values(const std::map<std::string, T>& items) {
  std::vector<T> values;
  values.reserve(items.size());
  for (const auto& [id, item] : items) values.push_back(item);
  return values;
}

PoolHistoryPoint PointOf(absl::Time sample_time, const PoolSample& pool) {
  return {.sample_time = sample_time,
          .capacity = pool.capacity,
          .in_use = pool.in_use,
          .reusable = pool.reusable,
          .time_wait = pool.states[TcpState::kTimeWait],
          .established = pool.states[TcpState::kEstablished],
          .connection_rate = pool.connection_rate};
}

absl::Status Append(const AuditEntry& entry, std::vector<AuditEntry>& entries) {
  const auto place = static_cast<size_t>(entry.sequence);
  if (place >= 1 && place <= entries.size()) {
    if (entries[place - 1].hash == entry.hash) return absl::OkStatus();
    return absl::AbortedError("another entry has the sequence");
  }
  if (place != entries.size() + 1) return absl::InternalError("an entry follows the last one");
  entries.push_back(entry);
  return absl::OkStatus();
}

bool Matches(const AuditSearch& search, const AuditEntry& entry) {
  const bool is_of_host =
      search.host_id.empty() || entry.object == "hosts/" + search.host_id ||
      entry.actor == "agent/" + search.host_id ||
      std::any_of(entry.values.begin(), entry.values.end(),
                  [&](const AuditValue& value) { return value.host_id == search.host_id; });
  return is_of_host &&
         (search.actions == 0 || (search.actions >> static_cast<int>(entry.action) & 1) != 0) &&
         (search.actor.empty() || entry.actor == search.actor) &&
         (search.object.empty() || entry.object == search.object) &&
         entry.event_time >= search.start_time && entry.event_time < search.end_time;
}

}  // namespace

absl::StatusOr<ControlState> FakeControlStore::Load() {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(load_error_);
  ControlState state{.hosts = Values(hosts_),
                     .incidents = Values(incidents_),
                     .recommendations = Values(recommendations_),
                     .rollouts = Values(rollouts_),
                     .requests = Values(requests_),
                     .silences = Values(silences_),
                     .detection_policy = detection_policy_,
                     .approval_policy = approval_policy_,
                     .audit = {},
                     .audit_tail = {}};
  if (!audit_.empty()) state.audit_tail = {audit_.back().sequence, audit_.back().hash};
  LimitToLoaded(kEndedLoadMax, state);
  return state;
}

absl::Status FakeControlStore::Commit(const ControlState& changed) {
  CommitHook hook;
  {
    absl::MutexLock lock(&mutex_);
    hook = commit_hook_;
  }
  BERTHMASTER_RETURN_IF_ERROR(Run(hook));
  absl::MutexLock lock(&mutex_);
  std::vector<AuditEntry> audit = audit_;
  for (const AuditEntry& entry : changed.audit) BERTHMASTER_RETURN_IF_ERROR(Append(entry, audit));
  audit_ = std::move(audit);
  for (const Host& host : changed.hosts) hosts_[host.host_id] = host;
  for (const Incident& incident : changed.incidents) incidents_[incident.id] = incident;
  for (const Recommendation& r : changed.recommendations) recommendations_[r.id] = r;
  for (const Rollout& rollout : changed.rollouts) rollouts_[rollout.id] = rollout;
  for (const CompletedRequest& r : changed.requests) requests_[r.request_id] = r;
  for (const Silence& silence : changed.silences) silences_[silence.id] = silence;
  if (changed.detection_policy.has_value()) detection_policy_ = changed.detection_policy;
  if (changed.approval_policy.has_value()) approval_policy_ = changed.approval_policy;
  ++commit_count_;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<AuditEntry>> FakeControlStore::ReadFrom(int64_t first, int count_max) {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(load_error_);
  std::vector<AuditEntry> entries;
  for (const AuditEntry& entry : audit_) {
    if (entry.sequence < first) continue;
    if (entries.size() == static_cast<size_t>(count_max)) break;
    entries.push_back(entry);
  }
  return entries;
}

absl::StatusOr<AuditPage> FakeControlStore::Search(const AuditSearch& search, int64_t before,
                                                   int count_max) {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(load_error_);
  AuditPage page;
  for (auto entry = audit_.rbegin(); entry != audit_.rend(); ++entry) {
    if (entry->sequence >= before || !Matches(search, *entry)) continue;
    page.entries.push_back(*entry);
    if (page.entries.size() < static_cast<size_t>(count_max)) continue;
    page.next_before = entry->sequence > 1 ? entry->sequence : 0;
    break;
  }
  return page;
}

absl::StatusOr<AuditTail> FakeControlStore::ReadTail() {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(load_error_);
  return audit_.empty() ? AuditTail() : AuditTail{audit_.back().sequence, audit_.back().hash};
}

std::vector<AuditEntry> FakeControlStore::audit() const {
  absl::MutexLock lock(&mutex_);
  return audit_;
}

void FakeControlStore::ReplaceAudit(std::vector<AuditEntry> entries) {
  absl::MutexLock lock(&mutex_);
  audit_ = std::move(entries);
}

void FakeControlStore::FailLoad(absl::Status error) {
  absl::MutexLock lock(&mutex_);
  load_error_ = std::move(error);
}

void FakeControlStore::FailCommit(const absl::Status& error) { SetCommitHook(Failing(error)); }

void FakeControlStore::SetCommitHook(CommitHook hook) {
  absl::MutexLock lock(&mutex_);
  commit_hook_ = std::move(hook);
}

int FakeControlStore::commit_count() const {
  absl::MutexLock lock(&mutex_);
  return commit_count_;
}

bool FakeHistory::IsNewest(const std::pair<std::string, int64_t>& key) const {
  int64_t commit_order = streams_.at(key).commit_order;
  for (const auto& [other_key, other] : streams_) {
    if (other_key.first == key.first && other.commit_order > commit_order) return false;
  }
  return true;
}

absl::StatusOr<std::vector<HistoryStream>> FakeHistory::LoadStreams() {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(read_error_);
  std::vector<HistoryStream> streams;
  for (const auto& [key, stream] : streams_) {
    if (IsNewest(key)) streams.push_back({key.first, key.second, stream.committed_sequence});
  }
  return streams;
}

void FakeHistory::AppendOne(const HistoryEntry& entry) {
  Stream& stream = streams_[{entry.host_id, entry.epoch}];
  if (entry.sample->sequence <= stream.committed_sequence) return;
  stream.committed_sequence = entry.sample->sequence;
  stream.commit_order = ++commit_order_;
  stream.samples[entry.sample->sequence] = entry.sample->sample_time;
  for (const NetnsSample& netns : entry.sample->namespaces) {
    for (const PoolSample& pool : netns.pools) {
      pools_[PoolName(entry.host_id, netns.cookie, pool)][entry.sample->sample_time] =
          PointOf(entry.sample->sample_time, pool);
    }
  }
}

absl::Status FakeHistory::Append(const std::vector<HistoryEntry>& entries) {
  CommitHook hook;
  {
    absl::MutexLock lock(&mutex_);
    hook = append_hook_;
  }
  BERTHMASTER_RETURN_IF_ERROR(Run(hook));
  absl::MutexLock lock(&mutex_);
  for (const HistoryEntry& entry : entries) AppendOne(entry);
  ++append_count_;
  return absl::OkStatus();
}

absl::StatusOr<bool> FakeHistory::Prune(absl::Time oldest) {
  absl::MutexLock lock(&mutex_);
  for (auto pool = pools_.begin(); pool != pools_.end();) {
    PoolPoints& points = pool->second;
    points.erase(points.begin(), points.lower_bound(oldest));
    pool = points.empty() ? pools_.erase(pool) : std::next(pool);
  }
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    std::erase_if(stream->second.samples,
                  [oldest](const auto& sample) { return sample.second < oldest; });
    bool gone = stream->second.samples.empty() && !IsNewest(stream->first);
    stream = gone ? streams_.erase(stream) : std::next(stream);
  }
  return false;
}

absl::StatusOr<PoolHistory> FakeHistory::ReadPool(absl::string_view pool_name, absl::Time start,
                                                  absl::Time end, int points_max) {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(read_error_);
  auto pool = pools_.find(std::string(pool_name));
  if (pool == pools_.end()) {
    return absl::NotFoundError(absl::StrCat("no history of '", pool_name, "'"));
  }
  auto first = pool->second.lower_bound(start);
  auto after = pool->second.lower_bound(end);
  if (start >= end || first == after) return PoolHistory{};
  Thinning thinning(first->first, std::prev(after)->first, points_max);
  for (auto point = first; point != after; ++point) thinning.Add(point->second);
  return std::move(thinning).Finish();
}

absl::StatusOr<int64_t> FakeHistory::CountSamples(absl::string_view host_id, int64_t epoch) {
  absl::MutexLock lock(&mutex_);
  BERTHMASTER_RETURN_IF_ERROR(read_error_);
  auto stream = streams_.find({std::string(host_id), epoch});
  return stream == streams_.end() ? 0 : static_cast<int64_t>(stream->second.samples.size());
}

void FakeHistory::FailAppend(const absl::Status& error) { SetAppendHook(Failing(error)); }

void FakeHistory::FailRead(absl::Status error) {
  absl::MutexLock lock(&mutex_);
  read_error_ = std::move(error);
}

void FakeHistory::SetAppendHook(CommitHook hook) {
  absl::MutexLock lock(&mutex_);
  append_hook_ = std::move(hook);
}

int FakeHistory::append_count() const {
  absl::MutexLock lock(&mutex_);
  return append_count_;
}

}  // namespace berthmaster
