#ifndef BERTHMASTER_CONTROLLER_DETECT_CAUSE_H_
#define BERTHMASTER_CONTROLLER_DETECT_CAUSE_H_

#include <cstdint>
#include <vector>

#include "common/protocol/sample.h"
#include "controller/detect/pool_facts.h"
#include "controller/detect/pool_window.h"
#include "controller/model/incident.h"

namespace berthmaster {

// The states that fill a pool, grouped by who has to do something about them.
enum class StateGroup : uint8_t { kTimeWait, kEstablished, kCloseWait, kSynSent, kFinWait };

// Sockets of the group, TIME_WAIT without what connect() may take over.
int CountOf(StateGroup group, const PoolSample& pool);

// Which group fills the pool: the one that grew most in the present run of `window` where the pool
// grew, the largest one otherwise. Connections that are closed here after a short life fill it with
// TIME_WAIT in the end, even while most of them are still ESTABLISHED.
StateGroup LeadingGroup(const PoolFacts& facts);

// How many sockets of the group came in the present run.
int GrowthOf(StateGroup group, const PoolSample& pool, const PoolWindow& window);

// Closes per second by Little's law; 0 when nothing closes.
double CloseRate(const PoolSample& pool);

IncidentCause ClassifyCause(const PoolFacts& facts);

// What speaks for `cause`, strongest first, and sets it apart from its neighbours.
std::vector<Evidence> EvidenceFor(IncidentCause cause, const PoolFacts& facts);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_DETECT_CAUSE_H_
