#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_DURABLE_FORMS_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_DURABLE_FORMS_H_

#include <vector>

#include "common/protocol/desired_state.h"
#include "common/protocol/sample.h"
#include "controller/model/recommendation.h"

namespace berthmaster {

// How `changes` are kept over a reboot in the namespace of `netns`, what fits it first. A pod gets
// its securityContext, and the kubelet's allow-list for what Kubernetes calls unsafe: node sysctls
// do not reach pods. The host's own namespace gets a sysctl.d drop-in; another one a command for
// whoever makes it. Pure.
std::vector<DurableForm> DurableForms(const NetnsSample& netns,
                                      const std::vector<SysctlChange>& changes);

// `forms` with the values of `now` in place of those of `before`, which name the same sysctls in
// the same order. Pure.
std::vector<DurableForm> WithValues(std::vector<DurableForm> forms,
                                    const std::vector<SysctlChange>& before,
                                    const std::vector<SysctlChange>& now);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_DURABLE_FORMS_H_
