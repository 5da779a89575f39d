#ifndef BERTHMASTER_CONTROLLER_DETECT_WORDING_H_
#define BERTHMASTER_CONTROLLER_DETECT_WORDING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/net/pool_key.h"
#include "common/protocol/sample.h"
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

// The one line of an incident with `pool` as its newest sample: what runs out, where, and when.
std::string SummaryText(const Incident& incident, const PoolSample& pool);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_WORDING_H_
