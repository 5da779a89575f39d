#include "agent/tune/journal_record.h"

#include <zlib.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace berthmaster {
namespace {

std::string Checksum(absl::string_view text) {
  uLong crc = crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size()));
  return absl::StrCat(absl::Hex(crc, absl::kZeroPad8));
}

std::string Milliseconds(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration));
}

std::string StateName(EntryState state) {
  switch (state) {
    case EntryState::kIntent:
      return "intent";
    case EntryState::kApplied:
      return "applied";
    case EntryState::kReverting:
      return "reverting";
    case EntryState::kDrifted:
      return "drifted";
  }
  return "intent";
}

std::optional<EntryState> ParseState(absl::string_view name) {
  for (EntryState state :
       {EntryState::kIntent, EntryState::kApplied, EntryState::kReverting, EntryState::kDrifted}) {
    if (StateName(state) == name) return state;
  }
  return std::nullopt;
}

constexpr char kPersisted[] = "persisted";

struct FieldsOf {
  using Fields = std::vector<std::string>;
  Fields operator()(const BootRecord& r) const { return {"boot", r.boot_id}; }
  Fields operator()(const RevisionRecord& r) const {
    return {"revision", absl::StrCat(r.revision)};
  }
  Fields operator()(const EntryRecord& r) const {
    const JournalEntry& e = r.entry;
    Fields fields = {"entry",
                     absl::StrCat(e.id),
                     StateName(e.state),
                     e.rollout,
                     absl::StrCat(e.netns.cookie),
                     absl::StrCat(e.netns.inode),
                     e.sysctl,
                     e.prior,
                     e.desired,
                     e.confirmed ? "confirmed" : "leased",
                     Milliseconds(e.lease),
                     Milliseconds(e.deadline)};
    // Not there otherwise, so that the entries of an older agent are read as they are.
    if (e.persist) fields.push_back(kPersisted);
    return fields;
  }
  Fields operator()(const RenewRecord& r) const {
    return {"renew", absl::StrCat(r.id), r.confirmed ? "confirmed" : "leased",
            Milliseconds(r.lease), Milliseconds(r.deadline)};
  }
  Fields operator()(const StateRecord& r) const {
    return {"state", absl::StrCat(r.id), StateName(r.state)};
  }
  Fields operator()(const CloseRecord& r) const { return {"close", absl::StrCat(r.id)}; }
};

// Takes the fields of a line one after the other; remembers whether each was of its form.
class FieldReader {
 public:
  explicit FieldReader(std::vector<std::string> fields) : fields_(std::move(fields)) {}

  std::string Text() {
    if (next_ >= fields_.size()) {
      ok_ = false;
      return "";
    }
    return fields_[next_++];
  }
  template <typename T>
  T Number() {
    T number = 0;
    ok_ = absl::SimpleAtoi(Text(), &number) && ok_;
    return number;
  }
  absl::Duration Duration() { return absl::Milliseconds(Number<int64_t>()); }
  bool Confirmed() {
    std::string word = Text();
    ok_ = ok_ && (word == "confirmed" || word == "leased");
    return word == "confirmed";
  }
  EntryState State() {
    std::optional<EntryState> state = ParseState(Text());
    ok_ = ok_ && state.has_value();
    return state.value_or(EntryState::kIntent);
  }
  // Takes `word` if it comes next and nothing else is left.
  bool LastIs(absl::string_view word) {
    if (next_ + 1 != fields_.size() || fields_[next_] != word) return false;
    ++next_;
    return true;
  }
  bool AllRead() const { return ok_ && next_ == fields_.size(); }

 private:
  const std::vector<std::string> fields_;
  size_t next_ = 0;
  bool ok_ = true;
};

JournalEntry ReadEntry(FieldReader& fields) {
  JournalEntry entry;
  entry.id = fields.Number<uint64_t>();
  entry.state = fields.State();
  entry.rollout = fields.Text();
  entry.netns.cookie = fields.Number<uint64_t>();
  entry.netns.inode = fields.Number<uint64_t>();
  entry.sysctl = fields.Text();
  entry.prior = fields.Text();
  entry.desired = fields.Text();
  entry.confirmed = fields.Confirmed();
  entry.lease = fields.Duration();
  entry.deadline = fields.Duration();
  entry.persist = fields.LastIs(kPersisted);
  return entry;
}

std::optional<JournalRecord> ReadRecord(FieldReader& fields) {
  std::string kind = fields.Text();
  // Braced initialisers are evaluated from left to right, in the order of the fields.
  if (kind == "boot") return BootRecord{fields.Text()};
  if (kind == "revision") return RevisionRecord{fields.Number<int64_t>()};
  if (kind == "entry") return EntryRecord{ReadEntry(fields)};
  if (kind == "renew") {
    return RenewRecord{fields.Number<uint64_t>(), fields.Confirmed(), fields.Duration(),
                       fields.Duration()};
  }
  if (kind == "state") return StateRecord{fields.Number<uint64_t>(), fields.State()};
  if (kind == "close") return CloseRecord{fields.Number<uint64_t>()};
  return std::nullopt;
}

}  // namespace

std::string FormatJournalRecord(const JournalRecord& record) {
  std::string text = absl::StrJoin(std::visit(FieldsOf(), record), "\t",
                                   [](std::string* out, const std::string& field) {
                                     absl::StrAppend(out, absl::CEscape(field));
                                   });
  return absl::StrCat(Checksum(text), "\t", text, "\n");
}

absl::StatusOr<JournalRecord> ParseJournalRecord(absl::string_view line) {
  std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(line, absl::MaxSplits('\t', 1));
  if (parts.first.empty() || parts.first != Checksum(parts.second)) {
    return absl::DataLossError("the checksum does not fit");
  }
  std::vector<std::string> fields;
  for (absl::string_view escaped : absl::StrSplit(parts.second, '\t')) {
    if (!absl::CUnescape(escaped, &fields.emplace_back())) {
      return absl::DataLossError("an escape is not well-formed");
    }
  }
  FieldReader reader(std::move(fields));
  std::optional<JournalRecord> record = ReadRecord(reader);
  if (!record.has_value() || !reader.AllRead()) {
    return absl::DataLossError("it is no record of this version");
  }
  return *std::move(record);
}

}  // namespace berthmaster
