#include "cli/audit_verify.h"

#include <google/protobuf/util/json_util.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <iostream>
#include <istream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/audit.h"
#include "common/audit/chain.h"
#include "common/file/file.h"
#include "common/status/annotate.h"
#include "common/wire/audit_wire.h"

namespace berthmaster {
namespace {

// An entry of 64 values, each byte of it escaped, is shorter.
constexpr size_t kLineBytesMax = size_t{8} * 1024 * 1024;
constexpr size_t kCheckpointBytesMax = 65536;

using Take = std::function<absl::Status(const v1::AuditEntry&)>;

absl::Status Broken(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the audit chain is broken: ", what));
}

absl::Status ReadLines(std::istream& in, const std::string& file, const Take& take) {
  std::vector<char> line(kLineBytesMax);
  for (int64_t number = 1; in.getline(line.data(), static_cast<std::streamsize>(line.size()));
       ++number) {
    const absl::string_view text(line.data());
    if (text.empty()) continue;
    v1::AuditEntry entry;
    const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(text), &entry);
    if (!parsed.ok()) {
      return Broken(absl::StrCat("line ", number, " of ", file,
                                 " is no audit entry: ", std::string(parsed.message())));
    }
    absl::Status taken = take(entry);
    if (!taken.ok()) return Annotate(taken, absl::StrCat("line ", number, " of ", file));
  }
  if (in.eof() && !in.bad()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(file, " has a line of more than ", kLineBytesMax,
                                                 " bytes, or cannot be read to its end"));
}

absl::Status ReadExport(const std::string& file, const Take& take) {
  if (file == "-") return ReadLines(std::cin, "standard input", take);
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open()) return ErrnoStatus(errno, absl::StrCat("open ", file));
  return ReadLines(in, file, take);
}

absl::StatusOr<std::optional<AuditCheckpoint>> ReadCheckpoint(const std::string& file) {
  if (file.empty()) return std::optional<AuditCheckpoint>();
  absl::StatusOr<std::string> content = ReadFile(file, kCheckpointBytesMax);
  if (!content.ok()) return content.status();
  v1::AuditCheckpoint proto;
  const auto parsed = google::protobuf::util::JsonStringToMessage(*content, &proto);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        file, " is no checkpoint of berthctl audit checkpoint: ", std::string(parsed.message())));
  }
  absl::StatusOr<AuditCheckpoint> checkpoint = FromProto(proto);
  if (!checkpoint.ok()) return Annotate(checkpoint.status(), file);
  const absl::Status signature = CheckAuditSignature(*checkpoint);
  if (!signature.ok()) return absl::DataLossError(absl::StrCat(file, ": ", signature.message()));
  return std::optional<AuditCheckpoint>(*std::move(checkpoint));
}

std::string Verdict(const AuditVerifyOptions& options, const AuditTail& tail,
                    const std::optional<AuditCheckpoint>& checkpoint) {
  std::string text =
      tail.sequence < options.first_sequence
          ? std::string("there are no entries")
          : absl::StrCat("entries ", options.first_sequence, " to ", tail.sequence,
                         " follow one another without a change, the last hash is ", tail.hash);
  if (!checkpoint.has_value()) {
    return absl::StrCat(text, "; give --checkpoint to see whether the end was cut off\n");
  }
  return absl::StrCat(
      text, "; they hold the checkpoint of entry ", checkpoint->sequence, ", signed ",
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", checkpoint->create_time, absl::UTCTimeZone()),
      " by key ", checkpoint->key_id, "\n");
}

}  // namespace

absl::StatusOr<std::string> VerifyAudit(Client& client, const AuditVerifyOptions& options) {
  if (options.first_sequence < 1) return absl::InvalidArgumentError("--from is less than 1");
  BERTHMASTER_ASSIGN_OR_RETURN(const std::optional<AuditCheckpoint> checkpoint,
                               ReadCheckpoint(options.checkpoint_file));
  ChainVerifier verifier(options.first_sequence, checkpoint);
  const Take take = [&verifier](const v1::AuditEntry& proto) {
    const absl::StatusOr<AuditEntry> entry = FromProto(proto);
    if (!entry.ok()) {
      return Broken(absl::StrCat("what follows entry ", verifier.tail().sequence,
                                 " cannot be one: ", entry.status().message()));
    }
    const std::optional<BrokenLink> broken = verifier.Add(*entry);
    return broken.has_value() ? Broken(broken->what) : absl::OkStatus();
  };
  const absl::Status read = options.file.empty() ? StreamAudit(client, options.first_sequence, take)
                                                 : ReadExport(options.file, take);
  if (!read.ok()) return read;
  const std::optional<BrokenLink> broken = verifier.Finish();
  if (broken.has_value()) return Broken(broken->what);
  return Verdict(options, verifier.tail(), checkpoint);
}

}  // namespace berthmaster
