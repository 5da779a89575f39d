#ifndef BERTHMASTER_CLI_COLUMNS_H_
#define BERTHMASTER_CLI_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "berthmaster/v1/host.pb.h"
#include "berthmaster/v1/incident.pb.h"
#include "berthmaster/v1/pool.pb.h"
#include "berthmaster/v1/recommendation.pb.h"
#include "berthmaster/v1/rollout.pb.h"
#include "berthmaster/v1/silence.pb.h"

namespace berthmaster {

// The table columns of each kind: the heading by the kind's type, the cells of one resource.

template <typename Resource>
std::vector<std::string> Heading();

template <>
std::vector<std::string> Heading<v1::Host>();
template <>
std::vector<std::string> Heading<v1::Netns>();
template <>
std::vector<std::string> Heading<v1::Pool>();
template <>
std::vector<std::string> Heading<v1::Incident>();
template <>
std::vector<std::string> Heading<v1::Recommendation>();
template <>
std::vector<std::string> Heading<v1::Rollout>();
template <>
std::vector<std::string> Heading<v1::Silence>();

std::vector<std::string> Cells(const v1::Host& host, absl::Time now);
std::vector<std::string> Cells(const v1::Netns& netns, absl::Time now);
std::vector<std::string> Cells(const v1::Pool& pool, absl::Time now);
std::vector<std::string> Cells(const v1::Incident& incident, absl::Time now);
std::vector<std::string> Cells(const v1::Recommendation& recommendation, absl::Time now);
std::vector<std::string> Cells(const v1::Rollout& rollout, absl::Time now);
std::vector<std::string> Cells(const v1::Silence& silence, absl::Time now);

// The host's id in hosts/{host}/netns/{netns}.
std::string HostOf(const std::string& netns_name);
// What a person calls the pool of that name: "10.0.0.1 → 10.0.0.2:443", "TIME_WAIT table".
std::string PoolText(const std::string& pool_name);
// The short form of the enums.
std::string StateText(const v1::Host& host);
std::string StateText(const v1::Incident& incident);
std::string StateText(const v1::Recommendation& recommendation);
std::string StateText(const v1::Rollout& rollout);
std::string StateText(const v1::Silence& silence);
std::string CauseText(const v1::Incident& incident);
std::string SeverityText(const v1::Incident& incident);
std::string KindText(const v1::Recommendation& recommendation);
std::string RiskText(const v1::Recommendation& recommendation);
// "1/2": approvals that are there and that are needed; "policy" where a policy approves by itself.
std::string ApprovalsText(const v1::Recommendation& recommendation);
// "2/4": the wave in progress and how many there are; the canary is the first.
std::string WaveText(const v1::Rollout& rollout);
// "3/20": targets that hold, and all.
std::string HoldingText(const v1::Rollout& rollout);
// "host=web-1,unit=shop.service", by name; "everything" without labels.
std::string LabelsText(const google::protobuf::Map<std::string, std::string>& labels);
// "12s", "now" when exhausted, "-" when not forecast.
std::string TimeLeftText(bool present, const google::protobuf::Duration& time_to_exhaustion);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_COLUMNS_H_
