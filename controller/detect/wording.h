#ifndef BERTHMASTER_CONTROLLER_DETECT_WORDING_H_
#define BERTHMASTER_CONTROLLER_DETECT_WORDING_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "controller/detect/pool_facts.h"
#include "controller/detect/signal.h"
#include "controller/model/incident.h"

namespace berthmaster {

// Numbers as incidents and recommendations say them.

// "0.3 s", "12 s", "4 min", "2.5 h"
std::string SecondsText(absl::Duration duration);
// "96 % (384 of 400)"
std::string ShareText(double part, double whole);
// "25.0 a second"
std::string RateText(double per_second);
// "10.0.0.1 to 10.0.0.2:443"
std::string FlowText(const PoolKey& key);
// "netns blue"; "the host's own netns" for the label "host".
std::string NetnsText(absl::string_view label);

absl::string_view SeverityText(IncidentSeverity severity);
// "10.0.0.1 → 10.0.0.2:443 in netns blue on web-1"
std::string MemberText(const IncidentMember& member);

// The one line of an incident with `facts` of its own pool: what runs out, where, and when.
std::string SummaryText(const Incident& incident, const PoolFacts& facts);
// "first sign: 12 % (48 of 400) in use, at its limit in 40 s"
std::string FirstSignText(int held, int capacity, std::optional<absl::Duration> time_left);
// What made the verdict.
std::string VerdictText(const Signal& signal, const PoolFacts& facts);
// What does not work any more in an exhausted pool, with its figures.
std::string EffectText(const PoolFacts& facts);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_WORDING_H_
