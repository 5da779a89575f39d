#include "tests/agent/collect/fake_kernel.h"

#include "absl/strings/str_cat.h"

namespace berthmaster {

SocketRow MakeRow(const FakeRow& fake) {
  SocketRow row;
  row.state = fake.state;
  row.local_port = fake.local_port;
  row.destination_port = fake.destination_port;
  row.source = RawAddress::From(IpAddress::Parse(fake.source).value());
  row.destination = RawAddress::From(IpAddress::Parse(fake.destination).value());
  row.cookie = fake.cookie;
  row.inode = fake.inode;
  row.receive_queue = fake.waiting;
  row.send_queue = fake.backlog;
  if (fake.age_seconds >= 0) {
    row.is_mini = true;
    row.expires_ms =
        fake.age_seconds >= 60 ? 0 : static_cast<uint32_t>(60000 - 1000 * fake.age_seconds);
  }
  return row;
}

FakeNetns& FakeKernel::Netns(uint64_t number) {
  FakeNetns& netns = namespaces_[number];
  netns.entry.id = {number, number};
  netns.entry.label = absl::StrCat("netns-", number);
  return netns;
}

absl::StatusOr<NetnsListing> FakeKernel::List() {
  if (!list_error_.ok()) return list_error_;
  NetnsListing listing;
  for (const auto& [number, netns] : namespaces_) listing.entries.push_back(netns.entry);
  return listing;
}

absl::StatusOr<SockstatCounts> FakeKernel::ReadCounts(const NetnsEntry& entry) {
  const FakeNetns& netns = namespaces_.at(entry.id.inode);
  SockstatCounts counts;
  for (const FakeRow& row : netns.rows)
    ++(row.age_seconds >= 0 ? counts.time_wait : counts.tcp_in_use);
  counts.udp_in_use = static_cast<int32_t>(netns.udp_rows.size());
  counts.sockets_used = netns.sockets_used;
  if (netns.tcp_in_use >= 0) counts.tcp_in_use = netns.tcp_in_use;
  return counts;
}

absl::StatusOr<NetnsFacts> FakeKernel::ReadFacts(const NetnsEntry& entry) {
  FakeNetns& netns = namespaces_.at(entry.id.inode);
  ++netns.facts_count;
  if (!netns.facts_error.ok()) return netns.facts_error;
  return NetnsFacts{netns.sysctls, netns.counters, netns.time_wait_overflow_count, {}};
}

absl::Status FakeKernel::Visit(const NetnsEntry& entry,
                               absl::FunctionRef<void(const SocketRow&)> visit) {
  FakeNetns& netns = namespaces_.at(entry.id.inode);
  ++netns.dump_count;
  if (clock_ != nullptr) clock_->SetThreadCpu(clock_->ThreadCpuNow() + dump_cpu_);
  for (const FakeRow& row : netns.rows) visit(MakeRow(row));
  if (netns.dump_errors.empty()) return absl::OkStatus();
  absl::Status error = netns.dump_errors.back();
  netns.dump_errors.pop_back();
  return error;
}

absl::Status FakeKernel::VisitUdp(const NetnsEntry& entry,
                                  absl::FunctionRef<void(const SocketRow&)> visit) {
  FakeNetns& netns = namespaces_.at(entry.id.inode);
  ++netns.udp_dump_count;
  for (const FakeRow& row : netns.udp_rows) visit(MakeRow(row));
  return netns.udp_error;
}

}  // namespace berthmaster
