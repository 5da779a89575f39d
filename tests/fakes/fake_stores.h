#ifndef BERTHMASTER_TESTS_FAKES_FAKE_STORES_H_
#define BERTHMASTER_TESTS_FAKES_FAKE_STORES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controller/store/audit_reader.h"
#include "controller/store/control_store.h"
#include "controller/store/history_store.h"

namespace berthmaster {

// Runs before a commit, without any lock of the fake held, so it may block until the test lets it
// go on; the commit fails with its error, and then nothing of it is stored.
using CommitHook = std::function<absl::Status()>;

// Control state in memory, with the behaviour of SqliteControlStore; the conformance suite of
// tests/controller/store runs on both. Any thread.
class FakeControlStore final : public ControlStore, public AuditReader {
 public:
  absl::StatusOr<ControlState> Load() override;
  absl::Status Commit(const ControlState& changed) override;
  absl::StatusOr<std::vector<AuditEntry>> ReadFrom(int64_t first, int count_max) override;
  absl::StatusOr<AuditPage> Search(const AuditSearch& search, int64_t before,
                                   int count_max) override;
  absl::StatusOr<AuditTail> ReadTail() override;

  // Everything that was appended, oldest first.
  std::vector<AuditEntry> audit() const;
  // What a hand on the file could do: the entries are these from now on.
  void ReplaceAudit(std::vector<AuditEntry> entries);

  // Until it is set to OK again.
  void FailLoad(absl::Status error);
  void FailCommit(const absl::Status& error);
  void SetCommitHook(CommitHook hook);
  // How many commits succeeded.
  int commit_count() const;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, Host> hosts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Incident> incidents_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Recommendation> recommendations_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Rollout> rollouts_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, CompletedRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Silence> silences_ ABSL_GUARDED_BY(mutex_);
  std::optional<DetectionPolicy> detection_policy_ ABSL_GUARDED_BY(mutex_);
  std::optional<ApprovalPolicy> approval_policy_ ABSL_GUARDED_BY(mutex_);
  std::vector<AuditEntry> audit_ ABSL_GUARDED_BY(mutex_);
  absl::Status load_error_ ABSL_GUARDED_BY(mutex_);
  CommitHook commit_hook_ ABSL_GUARDED_BY(mutex_);
  int commit_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// History in memory, both sides of it, with the behaviour of the SQLite one. Any thread.
class FakeHistory final : public HistoryWriter, public HistoryReader {
 public:
  absl::StatusOr<std::vector<HistoryStream>> LoadStreams() override;
  absl::Status Append(const std::vector<HistoryEntry>& entries) override;
  absl::StatusOr<bool> Prune(absl::Time oldest) override;
  absl::StatusOr<PoolHistory> ReadPool(absl::string_view pool_name, absl::Time start,
                                       absl::Time end, int points_max) override;
  absl::StatusOr<int64_t> CountSamples(absl::string_view host_id, int64_t epoch) override;

  // Until it is set to OK again.
  void FailAppend(const absl::Status& error);
  void FailRead(absl::Status error);
  void SetAppendHook(CommitHook hook);
  // How many appends succeeded.
  int append_count() const;

 private:
  struct Stream {
    int64_t committed_sequence = 0;
    // Which commit touched it last; the highest of a host is its newest epoch.
    int64_t commit_order = 0;
    std::map<int64_t, absl::Time> samples;
  };
  using PoolPoints = std::map<absl::Time, PoolHistoryPoint>;

  void AppendOne(const HistoryEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsNewest(const std::pair<std::string, int64_t>& key) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  // By host id and epoch.
  std::map<std::pair<std::string, int64_t>, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, PoolPoints, std::less<>> pools_ ABSL_GUARDED_BY(mutex_);
  int64_t commit_order_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status read_error_ ABSL_GUARDED_BY(mutex_);
  CommitHook append_hook_ ABSL_GUARDED_BY(mutex_);
  int append_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FAKES_FAKE_STORES_H_
