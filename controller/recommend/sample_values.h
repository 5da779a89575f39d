#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_SAMPLE_VALUES_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_SAMPLE_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/net/port_range.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// What a sample says of its namespace, as remedies ask for it. Nothing where the sample does not
// say.

// A sysctl's value in force.
std::optional<std::string> EffectiveValue(const NetnsSample& netns, absl::string_view sysctl);
// The same as a number; nothing for one that does not parse, too.
std::optional<int64_t> EffectiveNumber(const NetnsSample& netns, absl::string_view sysctl);
std::optional<PortRange> EffectivePortRange(const NetnsSample& netns);
std::optional<PortSet> EffectiveReservedPorts(const NetnsSample& netns);

// By the labels that the agent gives.
bool IsHostNetns(const NetnsSample& netns);
bool IsPodNetns(const NetnsSample& netns);
// A label that is safe as a word of a shell command; nothing for another.
std::optional<std::string> ShellLabel(const NetnsSample& netns, absl::string_view name);
// What goes before a command to run it in the namespace, with a space; empty for the host's own.
std::string CommandPrefix(const NetnsSample& netns);

// Whether something in the sample shows that peers of this namespace use TCP timestamps: a
// TIME_WAIT of the pool that is reusable, a four-tuple that was reused (TWRecycled), or a segment
// that was judged by its timestamp (PAWS*). Without it, nothing is known of the other side.
bool ShowsPeerTimestamps(const NetnsSample& netns, const PoolSample& pool);

// Every port that the sample shows to belong to a service of the namespace: listeners in the range,
// listener pools, listeners that are gone and wait to come back, and local services that a client
// dialled in vain.
PortSet ServicePorts(const NetnsSample& netns);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_SAMPLE_VALUES_H_
