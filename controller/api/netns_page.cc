#include "controller/api/netns_page.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/netns_wire.h"
#include "controller/api/page_token.h"
#include "controller/api/pool_view.h"

namespace berthmaster {
namespace {

struct NamedNetns {
  std::string name;
  const NetnsSample* netns = nullptr;
};

std::vector<NamedNetns> NamespacesOf(const HostView& host) {
  std::vector<NamedNetns> result;
  if (host.sample == nullptr) return result;
  for (const NetnsSample& netns : host.sample->namespaces) {
    result.push_back({NetnsName(host.host.host_id, netns.cookie), &netns});
  }
  std::sort(result.begin(), result.end(),
            [](const NamedNetns& a, const NamedNetns& b) { return a.name < b.name; });
  return result;
}

absl::StatusOr<std::vector<Fleet::HostPointer>> HostsOf(const Fleet& fleet,
                                                        const std::string& parent) {
  std::vector<Fleet::HostPointer> hosts;
  if (parent.empty()) {
    hosts = fleet.Hosts();
    std::sort(hosts.begin(), hosts.end(),
              [](const Fleet::HostPointer& a, const Fleet::HostPointer& b) {
                return HostPrefixLess(a->host.host_id, b->host.host_id);
              });
    return hosts;
  }
  absl::StatusOr<std::string> host_id = ParseHostName(parent);
  if (!host_id.ok()) return Annotate(host_id.status(), "parent");
  Fleet::HostPointer host = fleet.FindHost(*host_id);
  if (host != nullptr) hosts.push_back(std::move(host));
  return hosts;
}

}  // namespace

absl::Status FillNetnsPage(const Fleet& fleet, const v1::ListNamespacesRequest& request,
                           v1::ListNamespacesResponse& response) {
  const PageScope scope{"ListNamespaces", request.parent()};
  BERTHMASTER_ASSIGN_OR_RETURN(const Page page,
                               ParsePage(scope, request.page_size(), request.page_token(), 1));
  BERTHMASTER_ASSIGN_OR_RETURN(const std::vector<Fleet::HostPointer> hosts,
                               HostsOf(fleet, request.parent()));
  AddUnreachable(hosts, *response.mutable_unreachable());
  for (const Fleet::HostPointer& host : hosts) {
    for (const NamedNetns& entry : NamespacesOf(*host)) {
      if (!page.after.empty() && entry.name <= page.after[0]) continue;
      if (response.namespaces_size() == page.size) {
        const v1::Netns& last = response.namespaces(response.namespaces_size() - 1);
        response.set_next_page_token(MakePageToken(scope, {last.name()}));
        return absl::OkStatus();
      }
      *response.add_namespaces() =
          ToProto(host->host.host_id, *entry.netns, host->sample->sample_time);
    }
  }
  return absl::OkStatus();
}

void AddUnreachable(const std::vector<Fleet::HostPointer>& hosts,
                    google::protobuf::RepeatedPtrField<std::string>& names) {
  for (const Fleet::HostPointer& host : hosts) {
    if (host->host.state != HostState::kAttached) *names.Add() = HostName(host->host.host_id);
  }
}

}  // namespace berthmaster
