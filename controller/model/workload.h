#ifndef BERTHMASTER_CONTROLLER_MODEL_WORKLOAD_H_
#define BERTHMASTER_CONTROLLER_MODEL_WORKLOAD_H_

#include <string>

#include "controller/model/incident.h"

namespace berthmaster {

// What a namespace's successors have in common with it, by the labels that the agent gives it:
//   a pod         "{pod_namespace}/{pod}" without what its ReplicaSet, DaemonSet or StatefulSet
//                 added to the name (k8s.io/apimachinery util/rand and the controllers'
//                 GenerateName)
//   a unit        "nginx.service"
//   a container   its name
//   a process     its name
// Empty when none of them is known. A namespace of `ip netns` is called by its name.
std::string WorkloadOf(const Labels& labels);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_WORKLOAD_H_
