#ifndef BERTHMASTER_CONTROLLER_DETECT_SILENCE_MATCHER_H_
#define BERTHMASTER_CONTROLLER_DETECT_SILENCE_MATCHER_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "controller/model/incident.h"
#include "controller/model/silence.h"

namespace berthmaster {

// Says which incidents are muted. Pure; made once for a set of silences, asked for each incident
// that changes. Costs a few string comparisons for each silence and listed pool.
class SilenceMatcher {
 public:
  SilenceMatcher() = default;
  // Those that are over at `now` are left out.
  SilenceMatcher(const std::vector<std::shared_ptr<const Silence>>& silences, absl::Time now);

  // What mutes the incident at `now`: only when each of its pools is muted, for one that nobody
  // silenced is loud. Each pool by the silence that ends last; the whole by the pool that is loud
  // first. Pools beyond the listed ones (kIncidentMembersMax) are taken to be like those.
  std::optional<Muting> Mute(const Incident& incident, absl::Time now) const;

  // The next moment after `now` at which a silence begins or ends; the infinite future when there
  // is none. Until then answers change with the incidents only.
  absl::Time NextChange(absl::Time now) const;

 private:
  // The muting of one pool.
  const Silence* LastingFor(const LabelView& view, absl::Time now) const;

  std::vector<std::shared_ptr<const Silence>> silences_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_SILENCE_MATCHER_H_
