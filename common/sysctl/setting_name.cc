#include "common/sysctl/setting_name.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "common/sysctl/catalogue.h"
#include "common/sysctl/topic.h"

namespace berthmaster {
namespace {

// A longer name is none that anybody knows; distances are not worked out for it.
constexpr size_t kNameBytesMax = 128;
// More letters than this apart, two names are two names.
constexpr size_t kSlipLettersMax = 2;
constexpr size_t kNearNamesMax = 3;

absl::string_view LastPart(absl::string_view sysctl) {
  return sysctl.substr(sysctl.rfind('.') + 1);
}

std::vector<absl::string_view> KnownNames() {
  std::vector<absl::string_view> names;
  for (const Tunable& tunable : Tunables()) names.push_back(tunable.sysctl);
  for (const RetiredTunable& retired : RetiredTunables()) names.push_back(retired.sysctl);
  for (const Topic& topic : Topics()) names.push_back(topic.name);
  return names;
}

// Lower case, with dots, and '_' for what people write between words: "time-wait", "so linger".
std::string Comparable(absl::string_view text) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(text),
                             {{"/", "."}, {"-", "_"}, {" ", "_"}, {"fin_wait2", "fin_wait_2"}});
}

// How many letters have to be put in, taken out, changed or swapped with their neighbour.
size_t LettersApart(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> now(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = std::min(now[j], before[j - 2] + 1);
      }
    }
    before = last;
    last = now;
  }
  return last[b.size()];
}

// What lets a name be found although it is not near: that it holds what was typed.
size_t Distance(const std::string& typed, absl::string_view known) {
  const std::string full = Comparable(known);
  const std::string short_name(LastPart(full));
  const std::string short_typed(LastPart(typed));
  if (short_typed.size() >= 3 && absl::StrContains(short_name, short_typed)) {
    return 1 + (short_name.size() - short_typed.size()) / 4;
  }
  return LettersApart(short_typed, short_name);
}

}  // namespace

std::string DottedSysctlName(absl::string_view text) {
  std::string name(text);
  const size_t separator = name.find_first_of("./");
  if (separator == std::string::npos || name[separator] == '.') return name;
  for (char& c : name) {
    if (c == '/') {
      c = '.';
    } else if (c == '.') {
      c = '/';
    }
  }
  return name;
}

std::optional<absl::string_view> FindSettingName(absl::string_view text) {
  if (text.size() > kNameBytesMax) return std::nullopt;
  // In capitals IP_LOCAL_PORT_RANGE is the socket option, else the sysctl.
  if (const Topic* topic = FindTopic(text); topic != nullptr) return topic->name;
  const std::string wanted = Comparable(text);
  // The same number under the name that it had first.
  if (wanted == "net.nf_conntrack_max") return kConntrackMaxSysctl;
  for (absl::string_view name : KnownNames()) {
    const std::string known = Comparable(name);
    if (wanted == known || wanted == LastPart(known)) return name;
    if (wanted == absl::StrCat("ipv4.", LastPart(known))) return name;
  }
  return std::nullopt;
}

std::vector<absl::string_view> NearSettingNames(absl::string_view text) {
  std::vector<absl::string_view> near;
  if (text.empty() || text.size() > kNameBytesMax) return near;
  const std::string typed = Comparable(text);
  std::vector<std::pair<size_t, absl::string_view>> ranked;
  for (absl::string_view name : KnownNames()) {
    const size_t distance = Distance(typed, name);
    const size_t limit = std::max<size_t>(kSlipLettersMax, LastPart(typed).size() / 3);
    if (distance <= limit) ranked.emplace_back(distance, name);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [distance, name] : ranked) {
    if (near.size() < kNearNamesMax) near.push_back(name);
  }
  return near;
}

std::optional<absl::string_view> LikelySlipOf(absl::string_view sysctl) {
  if (sysctl.size() > kNameBytesMax || FindTunable(sysctl) != nullptr) return std::nullopt;
  absl::string_view rest = sysctl;
  if (absl::ConsumePrefix(&rest, "net.ipv6.")) {
    const Tunable* tunable = FindTunable(absl::StrCat("net.ipv4.", rest));
    if (tunable != nullptr) return tunable->sysctl;
  }
  for (const Tunable& tunable : Tunables()) {
    // Most names are far apart by their length alone.
    if (tunable.sysctl.size() > sysctl.size() + kSlipLettersMax ||
        sysctl.size() > tunable.sysctl.size() + kSlipLettersMax) {
      continue;
    }
    if (LettersApart(sysctl, tunable.sysctl) <= kSlipLettersMax) return tunable.sysctl;
  }
  return std::nullopt;
}

}  // namespace berthmaster
