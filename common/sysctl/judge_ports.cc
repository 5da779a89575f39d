#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/sysctl/judge.h"
#include "common/sysctl/value.h"

namespace berthmaster {
namespace {

constexpr PortRange kDefaultRange{32768, 60999};
constexpr PortRange kNodePortRange{30000, 32767};
constexpr int64_t kUnprivilegedStartDefault = 1024;
// A range of fewer ports is used up by a few dozen connections a second.
constexpr int kNarrowRange = 4096;

struct KnownService {
  uint16_t listen_port;
  absl::string_view name;
};

// Ports from 1024 that people know by number, outside of the kernel's default range: what a wider
// range would take in.
constexpr KnownService kKnownServices[] = {
    {1433, "SQL Server"},
    {1521, "Oracle"},
    {1883, "MQTT"},
    {2049, "NFS"},
    {2181, "ZooKeeper"},
    {2379, "etcd"},
    {2380, "etcd"},
    {3000, "Grafana"},
    {3260, "iSCSI"},
    {3306, "MySQL"},
    {3389, "RDP"},
    {4222, "NATS"},
    {4240, "Cilium"},
    {4317, "OpenTelemetry"},
    {5000, "registry"},
    {5060, "SIP"},
    {5432, "PostgreSQL"},
    {5672, "AMQP"},
    {5984, "CouchDB"},
    {6379, "Redis"},
    {6443, "Kubernetes API"},
    {7600, "Berthmaster"},
    {7680, "Berthmaster"},
    {8080, "HTTP"},
    {8300, "Consul"},
    {8443, "HTTPS"},
    {8500, "Consul"},
    {9000, "MinIO, PHP-FPM"},
    {9042, "Cassandra"},
    {9090, "Prometheus"},
    {9092, "Kafka"},
    {9093, "Alertmanager"},
    {9100, "node exporter"},
    {9200, "Elasticsearch"},
    {9300, "Elasticsearch"},
    {10249, "kube-proxy"},
    {10250, "kubelet"},
    {10256, "kube-proxy"},
    {10257, "kube-controller-manager"},
    {10259, "kube-scheduler"},
    {11211, "memcached"},
    {15672, "RabbitMQ"},
    {25565, "Minecraft"},
    {27017, "MongoDB"},
    {61616, "ActiveMQ"},
};
// VXLAN by IANA, and as Linux, Flannel and Cilium have it.
constexpr int kVxlanPorts[] = {4789, 8472};
// More ports in one sentence are not read.
constexpr int kNamedPortsMax = 8;

std::string RangeText(PortRange range) { return absl::StrCat(range.low, " ", range.high); }

int GuaranteedCapacity(PortRange range, const PortSet& reserved) {
  return (range.size() & ~1) - reserved.CountIn(range);
}

// The two numbers as the kernel reads them; nothing, with the reason said, where it would refuse.
std::optional<PortRange> ReadRange(Judgement& judgement) {
  absl::string_view text = judgement.value();
  std::optional<int64_t> low = TakeSysctlInteger(text);
  std::optional<int64_t> high;
  if (low.has_value() && !text.empty()) high = TakeSysctlInteger(text);
  auto refuse = [&](absl::string_view why) {
    judgement.Say({.id = "value-invalid",
                   .severity = AdviceSeverity::kError,
                   .reason = absl::StrCat(QuotedValue(judgement.value()), " ", why),
                   .instead = "Two ports with a space between them, such as 32768 60999.",
                   .source = "net/ipv4/sysctl_net_ipv4.c, ipv4_local_port_range()"});
    return std::nullopt;
  };
  if (!low.has_value()) return refuse("is not a range of ports: the kernel refuses it.");
  if (!high.has_value()) {
    return refuse(
        "has one number only: the kernel then changes the low end and keeps the high "
        "one, or refuses it.");
  }
  if (*low < 1 || *high > 65535 || *high < *low) {
    return refuse(
        "is refused by the kernel (EINVAL): ports are 1 to 65535, and the second may "
        "not be below the first.");
  }
  JudgeRest(judgement, text);
  return PortRange{static_cast<uint16_t>(*low), static_cast<uint16_t>(*high)};
}

void JudgeWidth(Judgement& judgement, PortRange range) {
  const std::string ports = absl::StrCat("It has ", range.size(), " ports.");
  if (range.size() % 2 != 0) judgement.Say("range-odd-size", AdviceSeverity::kNote, ports);
  if (range.size() < kDefaultRange.size()) {
    const std::optional<PortRange> present = judgement.RangeInForce();
    const bool narrows =
        judgement.wants_ports() && present.has_value() && range.size() < present->size();
    const AdviceSeverity severity =
        range.size() < kNarrowRange ? AdviceSeverity::kWarning : AdviceSeverity::kNote;
    judgement.Say("range-narrow", narrows ? AdviceSeverity::kError : severity, ports);
  }
  const auto& values = judgement.context().values;
  if (values.find(std::string(kTimeWaitBucketsSysctl)) == values.end()) return;
  const int64_t buckets = judgement.IntegerOf(kTimeWaitBucketsSysctl).value_or(range.size());
  if (buckets > 0 && buckets < range.size()) {
    judgement.Say("range-above-time-wait-table", AdviceSeverity::kWarning,
                  absl::StrCat("It has ", range.size(), " ports, the table ", buckets, "."),
                  {std::string(kTimeWaitBucketsSysctl)});
  }
}

void JudgeLowEnd(Judgement& judgement, PortRange range) {
  const int64_t start =
      judgement.IntegerOf(kUnprivilegedPortStartSysctl).value_or(kUnprivilegedStartDefault);
  if (range.low >= start) return;
  judgement.Say("range-below-unprivileged", AdviceSeverity::kError,
                absl::StrCat("It begins at ", range.low, ", below ", start, "."),
                {std::string(kUnprivilegedPortStartSysctl)});
}

// Listeners of the namespace, where they are known.
void JudgeListeners(Judgement& judgement, PortRange range, const PortSet& reserved) {
  std::vector<std::string> named;
  int count = 0;
  for (int listen_port = range.low; listen_port <= range.high; ++listen_port) {
    if (!judgement.context().listening_ports->Contains(listen_port)) continue;
    if (reserved.Contains(listen_port)) continue;
    if (++count <= kNamedPortsMax) named.push_back(absl::StrCat(listen_port));
  }
  if (count == 0) return;
  std::string list;
  for (const std::string& text : named) absl::StrAppend(&list, list.empty() ? "" : ",", text);
  if (count > kNamedPortsMax) absl::StrAppend(&list, " and ", count - kNamedPortsMax, " more");
  judgement.Say("range-over-listeners", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
                absl::StrCat("Listening there: ", list, "."), {std::string(kReservedPortsSysctl)});
}

// What is known of the world, where the namespace's own listeners are not.
void JudgeKnownServices(Judgement& judgement, PortRange range, const PortSet& reserved) {
  std::string list;
  int count = 0;
  for (const KnownService& service : kKnownServices) {
    if (!range.Contains(service.listen_port) || reserved.Contains(service.listen_port)) continue;
    if (++count > kNamedPortsMax) continue;
    absl::StrAppend(&list, list.empty() ? "" : ", ", service.listen_port, " (", service.name, ")");
  }
  if (count == 0) return;
  if (count > kNamedPortsMax) absl::StrAppend(&list, " and ", count - kNamedPortsMax, " more");
  judgement.Say("range-known-services", AdviceSeverity::kWarning,
                absl::StrCat("In it: ", list, "."), {std::string(kReservedPortsSysctl)});
}

void JudgeNodePorts(Judgement& judgement, PortRange range, const PortSet& reserved) {
  // Services and overlays live in the node's namespace, not in the pods'.
  if (judgement.context().place == AdvicePlace::kPod) return;
  const int low = std::max(range.low, kNodePortRange.low);
  const int high = std::min(range.high, kNodePortRange.high);
  if (low <= high) {
    const PortRange common{static_cast<uint16_t>(low), static_cast<uint16_t>(high)};
    if (reserved.CountIn(common) < common.size()) {
      judgement.Say("range-node-ports", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
                    absl::StrCat("It takes in ", low, "-", high, ", not reserved."),
                    {std::string(kReservedPortsSysctl)});
    }
  }
  std::string vxlan;
  for (int known_port : kVxlanPorts) {
    if (!range.Contains(known_port) || reserved.Contains(known_port)) continue;
    absl::StrAppend(&vxlan, vxlan.empty() ? "" : " and ", known_port);
  }
  if (vxlan.empty()) return;
  judgement.Say("range-vxlan-ports", judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning),
                absl::StrCat("It takes in ", vxlan, ", not reserved."),
                {std::string(kReservedPortsSysctl)});
}

}  // namespace

void JudgePortRange(Judgement& judgement) {
  std::optional<PortRange> range = ReadRange(judgement);
  if (!range.has_value()) return;
  const PortSet reserved = judgement.ReservedInForce();
  JudgeLowEnd(judgement, *range);
  JudgeWidth(judgement, *range);
  JudgeNodePorts(judgement, *range, reserved);
  if (judgement.context().listening_ports.has_value()) {
    JudgeListeners(judgement, *range, reserved);
  } else {
    JudgeKnownServices(judgement, *range, reserved);
  }
  if (judgement.wants_ports() && GuaranteedCapacity(*range, reserved) <= 0) {
    judgement.Say("reserved-ports-take-range", AdviceSeverity::kError,
                  "No port of the range would be left.", {std::string(kReservedPortsSysctl)});
  }
}

void JudgeReservedPorts(Judgement& judgement) {
  if (judgement.value().empty()) {
    judgement.Say("reserved-ports-empty", AdviceSeverity::kNote);
    return;
  }
  absl::StatusOr<PortSet> ports = ParsePortSet(judgement.value());
  if (!ports.ok()) {
    judgement.Say({.id = "value-invalid",
                   .severity = AdviceSeverity::kError,
                   .reason = absl::StrCat(QuotedValue(judgement.value()),
                                          " is not a list of ports: the kernel refuses it, or "
                                          "takes only a part."),
                   .instead = "Ports and ranges with commas and no spaces, such as "
                              "8080,30000-32767.",
                   .source = "kernel/sysctl.c, proc_do_large_bitmap()"});
    return;
  }
  const std::optional<PortRange> range = judgement.RangeInForce();
  if (!range.has_value()) return;
  const int taken = ports->CountIn(*range);
  const std::vector<std::string> related = {std::string(kPortRangeSysctl)};
  const std::string figures = absl::StrCat("They take ", taken, " of the ", range->size(),
                                           " ports of the range ", RangeText(*range), ".");
  if (GuaranteedCapacity(*range, *ports) <= 0) {
    judgement.Say("reserved-ports-take-range", AdviceSeverity::kError,
                  absl::StrCat(figures, " connect() and bind(0) fail at once."), related);
  } else if (taken * 2 > range->size()) {
    judgement.Say("reserved-ports-take-range",
                  judgement.ErrorIfWantsPorts(AdviceSeverity::kWarning), figures, related);
  } else if (taken == 0) {
    judgement.Say("reserved-ports-outside-range", AdviceSeverity::kNote,
                  absl::StrCat("The range is ", RangeText(*range), "."), related);
  }
}

void JudgeUnprivilegedStart(Judgement& judgement, int64_t number) {
  if (judgement.name() != kUnprivilegedPortStartSysctl) return;
  const std::optional<PortRange> range = judgement.RangeInForce();
  if (!range.has_value() || number <= range->low) return;
  judgement.Say("unprivileged-start-above-range", AdviceSeverity::kError,
                absl::StrCat("The range begins at ", range->low, "."),
                {std::string(kPortRangeSysctl)});
}

}  // namespace berthmaster
