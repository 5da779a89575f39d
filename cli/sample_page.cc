// What `describe` says of what agents see: hosts, namespaces, pools.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "cli/columns.h"
#include "cli/format.h"
#include "cli/page.h"
#include "cli/pool_kind.h"
#include "cli/table.h"

namespace berthmaster {
namespace {

// A proto map in the order of its keys.
template <typename Map>
std::map<std::string, typename Map::mapped_type> Sorted(const Map& map) {
  return {map.begin(), map.end()};
}

// "observe-lite", as flags and files have it.
std::string LowerText(absl::string_view name, absl::string_view prefix, absl::string_view between) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(EnumText(name, prefix)), {{"_", between}});
}

std::string CapabilitiesText(const v1::HostIdentity& identity) {
  std::vector<std::string> names;
  for (int number : identity.capabilities()) {
    const auto capability = static_cast<v1::AgentCapability>(number);
    // One of a later version has no name here.
    if (!v1::AgentCapability_IsValid(number)) continue;
    names.push_back(LowerText(v1::AgentCapability_Name(capability), "AGENT_CAPABILITY_", " "));
  }
  return absl::StrJoin(names, ", ");
}

std::string FlowText(const std::string& address, int32_t port) {
  const bool is_v6 = address.find(':') != std::string::npos;
  return absl::StrCat(is_v6 ? "[" : "", address, is_v6 ? "]" : "", ":", port);
}

std::string WhoText(const std::string& process, int32_t pid, const std::string& cgroup) {
  std::string text = process.empty() ? "" : process;
  if (pid != 0) absl::StrAppend(&text, text.empty() ? "" : " ", "(pid ", pid, ")");
  if (!cgroup.empty()) absl::StrAppend(&text, text.empty() ? "" : " in ", cgroup);
  return text.empty() ? "unknown" : text;
}

std::string FindingText(const v1::NetnsFinding& finding) {
  const std::string place = FlowText(finding.address(), finding.port());
  switch (finding.kind()) {
    case v1::NETNS_FINDING_KIND_SELF_CONNECT:
      return absl::StrCat("self-connect on ", place, ": ", finding.socket_count(),
                          " connected to themselves; the local service they dialled is not there");
    case v1::NETNS_FINDING_KIND_RESTART_BLOCKED:
      return absl::StrCat("restart blocked on ", place, ": the listener is gone and ",
                          finding.socket_count(),
                          " of its connections hold the port; bind() fails with EADDRINUSE unless "
                          "both listeners use SO_REUSEADDR");
    default:
      return absl::StrCat("something that this version does not know, on ", place);
  }
}

void AppendFailures(const v1::Netns& netns, Page& page) {
  if (netns.connect_failures().empty()) return;
  page.BeginSection("connect() found no port, since the sample before");
  for (const v1::ConnectFailure& failure : netns.connect_failures()) {
    page.AddText(absl::StrCat(failure.failure_count(), " times: ",
                              WhoText(failure.process(), failure.pid(), failure.cgroup()), ", ",
                              failure.source_address(), " → ",
                              FlowText(failure.destination_address(), failure.destination_port())));
  }
}

void AppendRemainder(const v1::Netns& netns, Page& page) {
  if (!netns.has_remainder()) return;
  const v1::PoolRemainder& remainder = netns.remainder();
  page.BeginSection("Smaller connect pools, added up");
  page.AddFact("Pools",
               absl::StrCat(remainder.lower_bound() ? "at least " : "", remainder.pool_count()));
  page.AddFact("In use", absl::StrCat(remainder.in_use()));
  page.AddFact("Reusable", absl::StrCat(remainder.reusable()));
  for (const auto& [state, count] : Sorted(remainder.states())) {
    page.AddFact(state, absl::StrCat(count));
  }
}

// What is not known of a connect pool is said; other kinds have not got it.
std::string KnownText(const v1::Pool& pool, bool is_known, const std::string& text) {
  if (is_known) return text;
  return pool.kind() == v1::POOL_KIND_CONNECT ? "unknown" : "";
}

std::string CostText(const v1::ConnectCost& cost) {
  std::string text =
      absl::StrFormat("%.0fus a call", absl::ToDoubleMicroseconds(ToDuration(cost.cpu_each())));
  if (cost.has_core_share()) {
    absl::StrAppendFormat(&text, ", %.1f%% of a core", 100 * cost.core_share());
  }
  return text;
}

// What the load leaves open of the moment; nothing for a pool that is exhausted now.
void AppendBand(const v1::Pool& pool, Page& page) {
  if (!pool.has_time_to_exhaustion_min()) return;
  if (pool.has_time_to_exhaustion() &&
      ToDuration(pool.time_to_exhaustion()) <= absl::ZeroDuration()) {
    return;
  }
  const std::string earliest = DurationText(pool.time_to_exhaustion_min());
  if (pool.has_time_to_exhaustion_max()) {
    page.AddFact("Uncertainty",
                 absl::StrCat(earliest, " to ", DurationText(pool.time_to_exhaustion_max())));
  } else if (pool.has_time_to_exhaustion()) {
    page.AddFact("Uncertainty", absl::StrCat(earliest,
                                             " or later, and not at all if the load is "
                                             "at the lower end of what it may be"));
  } else {
    page.AddFact("Uncertainty", absl::StrCat("in ", earliest,
                                             " if the load is at the upper end of what it may be"));
  }
}

void AppendRates(const v1::Pool& pool, Page& page) {
  const auto rate = [&](bool is_known, double value) {
    return KnownText(pool, is_known, RateText(value) + " a second");
  };
  page.AddFact("New connections", rate(pool.has_connection_rate(), pool.connection_rate()));
  page.AddFact("Closed", rate(pool.has_close_rate(), pool.close_rate()));
  page.AddFact("Closed first here", rate(pool.has_time_wait_rate(), pool.time_wait_rate()));
  // A share of what did not happen is not unknown.
  if (pool.has_local_close_share()) {
    page.AddFact("Share of closes here", PercentText(pool.local_close_share()));
  }
  page.AddFact("Hold time", KnownText(pool, pool.has_hold_time(), DurationText(pool.hold_time())));
  if (pool.has_wrong_parity_share()) {
    page.AddFact("Wrong parity", PercentText(pool.wrong_parity_share()) +
                                     " of its auto-bound sockets; about 0% below the knee");
  }
  if (pool.has_early_bind_share()) {
    page.AddFact("bind() before connect()",
                 PercentText(pool.early_bind_share()) + " of the sockets to this destination");
  }
  if (pool.has_connect_failure_count()) {
    page.AddFact("connect() found no port",
                 absl::StrCat(pool.connect_failure_count(), " times since the sample before"));
  }
}

}  // namespace

void AppendHost(const v1::Host& host, Page& page) {
  const v1::HostIdentity& identity = host.identity();
  page.AddFact("Name", host.name());
  page.AddFact("State", StateText(host));
  page.AddFact("Host name", identity.host_name());
  page.AddFact("Kernel", identity.kernel_release());
  page.AddFact("Agent", absl::StrCat(identity.agent_version(), ", profile ",
                                     LowerText(v1::AgentProfile_Name(identity.profile()),
                                               "AGENT_PROFILE_", "-")));
  page.AddFact("Capabilities", CapabilitiesText(identity));
  page.AddFact("Attached", MomentText(host.has_attach_time(), host.attach_time()));
  page.AddFact("Newest sample", MomentText(host.has_sample_time(), host.sample_time()));
  page.AddFact("Namespaces", absl::StrCat(host.netns_count()));
  page.AddFact("Pools", absl::StrCat(host.pool_count()));
  page.AddFact("Worst pool", host.worst_pool());
  if (host.has_utilization_max()) {
    page.AddFact("Its utilization", PercentText(host.utilization_max()));
  }
  page.AddFact("Open incidents", absl::StrCat(host.open_incident_count()));
  if (identity.limitations_size() > 0) {
    page.BeginSection("Limitations");
    for (const std::string& limitation : identity.limitations()) page.AddText(limitation);
  }
}

void AppendNetns(const v1::Netns& netns, Page& page) {
  page.AddFact("Name", netns.name());
  page.AddFact("Label", netns.label());
  for (const auto& [label, value] : Sorted(netns.labels())) {
    page.AddFact(absl::StrCat("Label ", label), value);
  }
  page.AddFact("Inode", absl::StrCat(netns.inode()));
  page.AddFact("Socket states from",
               LowerText(v1::SocketSource_Name(netns.source()), "SOCKET_SOURCE_", " "));
  page.AddFact("TCP sockets", absl::StrCat(netns.tcp_in_use()));
  page.AddFact("UDP sockets", absl::StrCat(netns.udp_in_use()));
  page.AddFact("TIME_WAIT", absl::StrCat(netns.time_wait()));
  page.AddFact("TIME_WAIT overflows", absl::StrCat(netns.time_wait_overflow_count()));
  page.AddFact("Listening in range", absl::StrJoin(netns.listening_ports_in_range(), ", "));
  page.AddFact("Sample", MomentText(netns.has_sample_time(), netns.sample_time()));
  if (netns.findings_size() > 0) page.BeginSection("Findings");
  for (const v1::NetnsFinding& finding : netns.findings()) page.AddText(FindingText(finding));
  AppendFailures(netns, page);
  AppendRemainder(netns, page);
  if (!netns.counters().empty()) page.BeginSection("Counters that rose since the sample before");
  for (const auto& [counter, rise] : Sorted(netns.counters())) {
    page.AddText(absl::StrCat(counter, " +", rise));
  }
  page.BeginSection("Sysctls");
  for (const auto& [sysctl, value] : Sorted(netns.sysctls())) {
    page.AddText(absl::StrCat(sysctl, " = ", value));
  }
  if (netns.limitations_size() > 0) {
    page.BeginSection("Limitations");
    for (const std::string& limitation : netns.limitations()) page.AddText(limitation);
  }
}

void AppendPool(const v1::Pool& pool, Page& page) {
  page.AddFact("Name", pool.name());
  page.AddFact("Pool", PoolText(pool.name()));
  page.AddFact("Kind", KindText(pool.kind()));
  page.AddFact("What it is", KindMeaning(pool.kind()));
  page.AddFact("Namespace", absl::StrCat(pool.netns_label(), " (", pool.netns(), ", inode ",
                                         pool.netns_inode(), ")"));
  page.AddFact("Capacity", absl::StrCat(pool.capacity()));
  page.AddFact("In use", absl::StrCat(pool.in_use()));
  page.AddFact("Reusable", absl::StrCat(pool.reusable()));
  page.AddFact("Headroom", absl::StrCat(pool.headroom()));
  page.AddFact("Utilization", PercentText(pool.utilization()));
  page.AddFact("Blocked ports", absl::StrCat(pool.blocked()));
  AppendRates(pool, page);
  page.AddFact("Settles at", KnownText(pool, pool.has_settled_utilization(),
                                       PercentText(pool.settled_utilization())));
  page.AddFact("Time to exhaustion", pool.has_time_to_exhaustion()
                                         ? TimeLeftText(true, pool.time_to_exhaustion())
                                         : "not forecast to be exhausted");
  AppendBand(pool, page);
  if (pool.has_connect_cost()) page.AddFact("connect() costs now", CostText(pool.connect_cost()));
  if (pool.has_settled_connect_cost()) {
    page.AddFact(pool.has_time_to_exhaustion() ? "connect() at exhaustion" : "connect() in the end",
                 CostText(pool.settled_connect_cost()));
  }
  page.AddFact("Sample", MomentText(pool.has_sample_time(), pool.sample_time()));
  if (!pool.states().empty()) page.BeginSection("States");
  for (const auto& [state, count] : Sorted(pool.states())) {
    page.AddText(absl::StrCat(state, " ", count));
  }
  if (pool.owners_size() > 0) page.BeginSection("Owners");
  for (const v1::PoolOwner& owner : pool.owners()) {
    page.AddText(absl::StrCat(owner.socket_count(),
                              " sockets: ", WhoText(owner.process(), owner.pid(), owner.cgroup())));
  }
}

}  // namespace berthmaster
