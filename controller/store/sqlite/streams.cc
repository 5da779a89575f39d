#include "controller/store/sqlite/streams.h"

#include <optional>

#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Several epochs of every host of the largest fleet. When it is full it starts afresh.
constexpr size_t kKnownMax = 100'000;

}  // namespace

Streams::Streams(Statements statements, int64_t commit_order)
    : statements_(std::move(statements)), commit_order_(commit_order) {}

absl::StatusOr<Streams> Streams::Prepare(const Database& database) {
  // Of a bare column beside max(), SQLite takes the value of the row with the maximum.
  BERTHMASTER_ASSIGN_OR_RETURN(Statement load,
                               database.Prepare("SELECT host_id, epoch, committed_sequence, "
                                                "max(commit_order) FROM stream GROUP BY host_id"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement find,
                               database.Prepare("SELECT id, committed_sequence FROM stream "
                                                "WHERE host_id = ? AND epoch = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement insert,
      database.Prepare("INSERT INTO stream (host_id, epoch, committed_sequence, commit_order) "
                       "VALUES (?, ?, 0, 0)"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement update,
                               database.Prepare("UPDATE stream SET committed_sequence = ?, "
                                                "commit_order = ? WHERE id = ?"));
  BERTHMASTER_ASSIGN_OR_RETURN(
      Statement insert_sample,
      database.Prepare("INSERT INTO sample (stream_id, sequence, sample_time) VALUES (?, ?, ?)"));
  BERTHMASTER_ASSIGN_OR_RETURN(Statement last,
                               database.Prepare("SELECT max(commit_order) FROM stream"));
  BERTHMASTER_ASSIGN_OR_RETURN(std::optional<int64_t> commit_order, last.SelectValue<int64_t>());
  return Streams({std::move(load), std::move(find), std::move(insert), std::move(update),
                  std::move(insert_sample)},
                 commit_order.value_or(0));
}

absl::StatusOr<std::vector<HistoryStream>> Streams::Load() {
  std::vector<HistoryStream> streams;
  BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.load.Select());
  while (true) {
    BERTHMASTER_ASSIGN_OR_RETURN(bool found, query.Next());
    if (!found) return streams;
    HistoryStream& stream = streams.emplace_back();
    BERTHMASTER_RETURN_IF_ERROR(
        query.Read(stream.host_id, stream.epoch, stream.committed_sequence));
  }
}

absl::StatusOr<Streams::Known*> Streams::FindOrInsert(const std::string& host_id, int64_t epoch) {
  std::pair<std::string, int64_t> key(host_id, epoch);
  if (auto known = known_.find(key); known != known_.end()) return &known->second;
  Known stream;
  bool found = false;
  {
    BERTHMASTER_ASSIGN_OR_RETURN(Query query, statements_.find.Select(host_id, epoch));
    BERTHMASTER_ASSIGN_OR_RETURN(found, query.Next());
    if (found) BERTHMASTER_RETURN_IF_ERROR(query.Read(stream.id, stream.committed_sequence));
  }
  if (!found) {
    BERTHMASTER_RETURN_IF_ERROR(statements_.insert.Run(host_id, epoch));
    stream.id = statements_.insert.inserted_id();
  }
  if (known_.size() >= kKnownMax) known_.clear();
  return &known_.emplace(std::move(key), stream).first->second;
}

absl::StatusOr<bool> Streams::Add(const HistoryEntry& entry) {
  BERTHMASTER_ASSIGN_OR_RETURN(Known * stream, FindOrInsert(entry.host_id, entry.epoch));
  int64_t sequence = entry.sample->sequence;
  if (sequence <= stream->committed_sequence) return false;
  BERTHMASTER_RETURN_IF_ERROR(statements_.update.Run(sequence, ++commit_order_, stream->id));
  BERTHMASTER_RETURN_IF_ERROR(
      statements_.insert_sample.Run(stream->id, sequence, entry.sample->sample_time));
  stream->committed_sequence = sequence;
  return true;
}

void Streams::Forget(const absl::flat_hash_set<int64_t>& ids) {
  if (ids.empty()) return;
  absl::erase_if(known_, [&ids](const auto& entry) { return ids.contains(entry.second.id); });
}

}  // namespace berthmaster
