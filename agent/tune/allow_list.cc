#include "agent/tune/allow_list.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/tune/refusal.h"
#include "common/status/annotate.h"
#include "common/sysctl/catalogue.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kBetween = "..";

struct Interval {
  int64_t low = 0;
  int64_t high = 0;
};

// Digits only: SimpleAtoi() alone takes white space and signs.
std::optional<int64_t> ParseNumber(absl::string_view text) {
  int64_t number = 0;
  const bool is_digits = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (!is_digits || !absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

// "30..60", or "30" for 30..30.
std::optional<Interval> ParseInterval(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(text, absl::MaxSplits(kBetween, 1));
  const std::optional<int64_t> low = ParseNumber(ends.first);
  const bool is_one = text.find(kBetween) == absl::string_view::npos;
  const std::optional<int64_t> high = is_one ? low : ParseNumber(ends.second);
  if (!low.has_value() || !high.has_value() || *low > *high) return std::nullopt;
  return Interval{*low, *high};
}

std::string IntervalText(int64_t low, int64_t high) { return absl::StrCat(low, kBetween, high); }

absl::string_view BoundsForm(TunableForm form) {
  switch (form) {
    case TunableForm::kInteger:
      return "LOWEST..HIGHEST";
    case TunableForm::kPortRange:
      return "LOWEST_PORT..HIGHEST_PORT";
    case TunableForm::kPortSet:
      return "ports and LOW..HIGH joined by +";
  }
  return "";
}

absl::Status NotWritten(absl::string_view sysctl) {
  std::vector<absl::string_view> writable;
  for (const Tunable& tunable : Tunables()) {
    if (tunable.writable) writable.push_back(tunable.sysctl);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", sysctl, "' is not a sysctl that Berthmaster writes; those it does are: ",
                   absl::StrJoin(writable, ", ")));
}

}  // namespace

std::vector<std::string> DefaultAllowedSysctls() {
  std::vector<std::string> allowed;
  for (const Tunable& tunable : Tunables()) {
    if (tunable.allowed_by_default) allowed.emplace_back(tunable.sysctl);
  }
  return allowed;
}

AllowList::AllowList() {
  for (const Tunable& tunable : Tunables()) {
    if (tunable.allowed_by_default) {
      bounds_.emplace(tunable.sysctl, CatalogueBounds(tunable));
    }
  }
}

absl::StatusOr<AllowList> AllowList::Parse(const std::vector<std::string>& entries) {
  BoundsBySysctl allowed;
  for (const std::string& entry : entries) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    const Tunable* tunable = FindTunable(parts.first);
    if (tunable == nullptr || !tunable->writable) return NotWritten(parts.first);
    Bounds bounds = CatalogueBounds(*tunable);
    if (entry.find('=') != std::string::npos) {
      if (absl::Status narrowed = Narrow(parts.second, bounds); !narrowed.ok()) {
        return Annotate(narrowed, absl::StrCat("'", entry, "'"));
      }
    }
    if (!allowed.emplace(tunable->sysctl, std::move(bounds)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", entry, "': ", tunable->sysctl, " is on the list twice; name it once"));
    }
  }
  return AllowList(std::move(allowed));
}

AllowList::Bounds AllowList::CatalogueBounds(const Tunable& tunable) {
  Bounds bounds;
  bounds.tunable = &tunable;
  bounds.min = tunable.value_min;
  bounds.max = tunable.value_max;
  bounds.text = IntervalText(bounds.min, bounds.max);
  if (tunable.form == TunableForm::kPortSet) {
    bounds.ports.AddRange({static_cast<uint16_t>(bounds.min), static_cast<uint16_t>(bounds.max)});
  }
  return bounds;
}

absl::Status AllowList::Narrow(absl::string_view text, Bounds& bounds) {
  const Tunable& tunable = *bounds.tunable;
  const bool is_set = tunable.form == TunableForm::kPortSet;
  std::vector<absl::string_view> parts = {text};
  if (is_set) parts = absl::StrSplit(text, '+');
  bounds.ports.clear();
  for (absl::string_view part : parts) {
    const std::optional<Interval> interval = ParseInterval(part);
    if (!interval.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", part, "' are no bounds; write ", BoundsForm(tunable.form), ", within ",
                       IntervalText(tunable.value_min, tunable.value_max)));
    }
    if (interval->low < tunable.value_min || interval->high > tunable.value_max) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the bounds ", part, " leave ", IntervalText(tunable.value_min, tunable.value_max),
          ", which is all that Berthmaster writes; write narrower ones"));
    }
    bounds.min = interval->low;
    bounds.max = interval->high;
    if (is_set) {
      bounds.ports.AddRange(
          {static_cast<uint16_t>(interval->low), static_cast<uint16_t>(interval->high)});
    }
  }
  bounds.text = std::string(text);
  return absl::OkStatus();
}

bool AllowList::IsWithin(const Bounds& bounds, absl::string_view value) {
  switch (bounds.tunable->form) {
    case TunableForm::kInteger: {
      int64_t number = 0;
      return absl::SimpleAtoi(value, &number) && number >= bounds.min && number <= bounds.max;
    }
    case TunableForm::kPortRange: {
      const absl::StatusOr<PortRange> range = ParsePortRange(value);
      return range.ok() && range->low >= bounds.min && range->high <= bounds.max;
    }
    case TunableForm::kPortSet: {
      absl::StatusOr<PortSet> ports = ParsePortSet(value);
      if (!ports.ok()) return false;
      ports->AddAll(bounds.ports);
      constexpr PortRange kAllPorts = {0, 65535};
      return ports->CountIn(kAllPorts) == bounds.ports.CountIn(kAllPorts);
    }
  }
  return false;
}

absl::Status AllowList::Check(absl::string_view sysctl, absl::string_view value) const {
  const auto found = bounds_.find(sysctl);
  if (found == bounds_.end()) {
    return Refuse("SYSCTL_NOT_ALLOWED",
                  absl::StrCat(sysctl,
                               " is not on this host's allow-list; add it to allow-sysctls of the "
                               "agent if it may be written here"));
  }
  const Bounds& bounds = found->second;
  if (IsWithin(bounds, value)) return absl::OkStatus();
  return Refuse(
      "VALUE_OUT_OF_BOUNDS",
      absl::StrCat(sysctl, ": '", value, "' is outside ", bounds.text,
                   ", the bounds of this host; those of Berthmaster are ",
                   IntervalText(bounds.tunable->value_min, bounds.tunable->value_max),
                   "; widen the entry in allow-sysctls of the agent if it may be written here"));
}

std::vector<std::string> AllowList::sysctls() const {
  std::vector<std::string> names;
  for (const auto& [sysctl, bounds] : bounds_) names.push_back(sysctl);
  return names;
}

}  // namespace berthmaster
