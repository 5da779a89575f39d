#include "common/ids/ids.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

constexpr char kBase32[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr int kTimeChars = 10;           // 50 bits of milliseconds: until the year 37,000
constexpr int kRandomChars = 10;         // 50 bits
constexpr size_t kHostIdMaxBytes = 253;  // the longest DNS name

}  // namespace

std::string NewId(absl::Time now, Random& random) {
  std::string id(kTimeChars + kRandomChars, '0');
  uint64_t time_bits = static_cast<uint64_t>(absl::ToUnixMillis(now));
  for (int i = kTimeChars - 1; i >= 0; --i, time_bits >>= 5) id[i] = kBase32[time_bits & 31];
  uint64_t random_bits = random.Next();
  for (int i = 0; i < kRandomChars; ++i, random_bits >>= 5) {
    id[kTimeChars + i] = kBase32[random_bits & 31];
  }
  return id;
}

absl::Status CheckHostId(absl::string_view host_id) {
  if (host_id.empty() || host_id.size() > kHostIdMaxBytes) {
    return absl::InvalidArgumentError(absl::StrCat("host id has ", host_id.size(),
                                                   " characters; it needs 1 to ", kHostIdMaxBytes));
  }
  if (!absl::ascii_isalnum(static_cast<unsigned char>(host_id[0]))) {
    return absl::InvalidArgumentError("host id must begin with a letter or digit");
  }
  for (char c : host_id) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') {
      return absl::InvalidArgumentError("host id may hold only letters, digits, '.', '_' and '-'");
    }
  }
  return absl::OkStatus();
}

}  // namespace berthmaster
