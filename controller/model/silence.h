#ifndef BERTHMASTER_CONTROLLER_MODEL_SILENCE_H_
#define BERTHMASTER_CONTROLLER_MODEL_SILENCE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "controller/model/labels.h"

namespace berthmaster {

// A silence is for a maintenance or for a known problem; what shall be quiet for longer needs a
// threshold of its own (DetectionPolicy) or a remedy.
inline constexpr absl::Duration kSilenceLengthMax = absl::Hours(24 * 90);
// It may begin so far ahead.
inline constexpr absl::Duration kSilenceAheadMax = absl::Hours(24 * 90);
// Silences that are not over, of the whole fleet: each is held against each incident that changes.
inline constexpr size_t kSilencesMax = 1000;

// Numbers of the contract.
enum class SilenceState : uint8_t { kPending = 1, kActive = 2, kExpired = 3 };

// For its time, incidents all of whose pools it selects do not call for a person's attention. They
// are tracked as ever.
struct Silence {
  // The last part of "silences/{silence}".
  std::string id;
  LabelSelector selector;
  std::string reason;
  std::string creator;
  absl::Time create_time;
  absl::Time start_time;
  absl::Time expire_time;
  // When somebody ended it before its time, and who.
  std::optional<absl::Time> end_time;
  std::string ender;
  // Rises with every change; the etag.
  int64_t revision = 1;

  // From then on it mutes nothing. Before start_time when it was ended before it began.
  absl::Time over_time() const { return std::min(end_time.value_or(expire_time), expire_time); }
  SilenceState state(absl::Time now) const {
    if (now >= over_time()) return SilenceState::kExpired;
    return now < start_time ? SilenceState::kPending : SilenceState::kActive;
  }
  friend bool operator==(const Silence&, const Silence&) = default;
};

// What mutes an incident, and until when at the latest.
struct Muting {
  std::string silence_id;
  absl::Time until;
  friend bool operator==(const Muting&, const Muting&) = default;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_SILENCE_H_
