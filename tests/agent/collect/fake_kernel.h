#ifndef BERTHMASTER_TESTS_AGENT_COLLECT_FAKE_KERNEL_H_
#define BERTHMASTER_TESTS_AGENT_COLLECT_FAKE_KERNEL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/kernel/netns/netns_directory.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/sockets/socket_dump.h"
#include "tests/fakes/fake_clock.h"

namespace berthmaster {

// One row of a fake dump; texts are addresses.
struct FakeRow {
  TcpState state = TcpState::kEstablished;
  uint16_t local_port = 0;
  const char* source = "10.0.0.1";
  const char* destination = "10.0.0.2";
  uint16_t destination_port = 443;
  // Of a TIME_WAIT socket: how old it is. It makes the row a mini-socket.
  double age_seconds = -1;
  uint64_t cookie = 0;
  uint32_t inode = 0;
  // Of a listener.
  uint32_t waiting = 0;
  uint32_t backlog = 0;
};

SocketRow MakeRow(const FakeRow& fake);

// A namespace that exists in memory.
struct FakeNetns {
  NetnsEntry entry;
  std::map<std::string, std::string> sysctls = {{"net.ipv4.ip_local_port_range", "40000 40099"},
                                                {"net.ipv4.ip_local_reserved_ports", ""},
                                                {"net.ipv4.tcp_tw_reuse", "2"},
                                                {"net.ipv4.tcp_timestamps", "1"},
                                                {"net.ipv4.tcp_max_tw_buckets", "1000"}};
  std::vector<FakeRow> rows;
  std::vector<FakeRow> udp_rows;
  // What sockstat says; -1 counts the rows.
  int32_t tcp_in_use = -1;
  int32_t sockets_used = 0;
  int64_t time_wait_overflow_count = 0;
  std::map<std::string, int64_t> counters;
  // Taken and returned by the next dumps, the last one first.
  std::vector<absl::Status> dump_errors;
  absl::Status udp_error;
  absl::Status facts_error;
  int dump_count = 0;
  int udp_dump_count = 0;
  int facts_count = 0;
};

// Namespaces in memory, by their inode. Listed in that order.
class FakeKernel final : public NetnsDirectory, public NetnsFactsReader, public SocketDump {
 public:
  // A namespace with that cookie and inode; the same one when it is there.
  FakeNetns& Netns(uint64_t number);
  void Remove(uint64_t number) { namespaces_.erase(number); }
  void set_list_error(const absl::Status& error) { list_error_ = error; }
  // Each dump takes so much CPU of `clock`, which must outlive this.
  void SetDumpCpu(FakeClock& clock, absl::Duration cpu) {
    clock_ = &clock;
    dump_cpu_ = cpu;
  }

  absl::StatusOr<NetnsListing> List() override;
  absl::StatusOr<SockstatCounts> ReadCounts(const NetnsEntry& netns) override;
  absl::StatusOr<NetnsFacts> ReadFacts(const NetnsEntry& netns) override;
  absl::Status Visit(const NetnsEntry& netns,
                     absl::FunctionRef<void(const SocketRow&)> visit) override;
  absl::Status VisitUdp(const NetnsEntry& netns,
                        absl::FunctionRef<void(const SocketRow&)> visit) override;

 private:
  std::map<uint64_t, FakeNetns> namespaces_;
  absl::Status list_error_;
  FakeClock* clock_ = nullptr;
  absl::Duration dump_cpu_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_COLLECT_FAKE_KERNEL_H_
