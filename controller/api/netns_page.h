#ifndef BERTHMASTER_CONTROLLER_API_NETNS_PAGE_H_
#define BERTHMASTER_CONTROLLER_API_NETNS_PAGE_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "berthmaster/v1/host.pb.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// Answers ListNamespaces.
absl::Status FillNetnsPage(const Fleet& fleet, const v1::ListNamespacesRequest& request,
                           v1::ListNamespacesResponse& response);

// Names the hosts that are not attached: what is listed of them is as old as its sample_time.
void AddUnreachable(const std::vector<Fleet::HostPointer>& hosts,
                    google::protobuf::RepeatedPtrField<std::string>& names);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_NETNS_PAGE_H_
