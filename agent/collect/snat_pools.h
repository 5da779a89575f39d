#ifndef BERTHMASTER_AGENT_COLLECT_SNAT_POOLS_H_
#define BERTHMASTER_AGENT_COLLECT_SNAT_POOLS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "common/protocol/sample.h"

namespace berthmaster {

// SNAT pools of a namespace in a sample at most, the fullest first, and the share of its capacity
// from which on one is worth its place: a node has one for each destination of its pods.
inline constexpr size_t kSnatPoolsMax = 256;
inline constexpr double kSnatPoolShare = 0.01;
// Told apart in one dump: 4 MiB. Rows come in hash order, so a pool with many entries is met early.
inline constexpr size_t kSnatPoolsTrackedMax = 32768;
// Where no rule limits the ports, get_unique_tuple() gives a source port of 1024 or more one out of
// 1024 to 65535 (nf_nat_l4proto_unique_tuple). It tries some 240 of them at most, so a pool fails
// now and then before it is full.
inline constexpr int32_t kSnatPortsDefault = 64512;

// The SNAT pools of one conntrack dump. One thread.
class SnatCounter {
 public:
  void Visit(const SnatRow& row);

  // The fullest kSnatPoolsMax, by share of capacity. Nothing is allocated for a row, only for a new
  // pool.
  std::vector<PoolSample> Finish(const std::vector<SnatRange>& ranges) const;
  // Entries of pools beyond kSnatPoolsTrackedMax.
  int64_t untracked_count() const { return untracked_count_; }

 private:
  struct Key {
    RawAddress snat_address;
    RawAddress destination;
    uint16_t destination_port = 0;
    IpProtocol protocol = IpProtocol::kTcp;
    friend bool operator==(const Key&, const Key&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.snat_address, key.destination, key.destination_port,
                        key.protocol);
    }
  };
  struct Counts {
    int32_t entries = 0;
    // The lowest and the highest port that is taken.
    PortRange ports;
    StateCounts states;
  };
  absl::flat_hash_map<Key, Counts> pools_;
  int64_t untracked_count_ = 0;
};

// How many ports a source is translated to there: those of the rule for that address and protocol,
// of the narrowest where several fit, or kSnatPortsDefault. A rule may hold for other destinations
// only, which nobody sees from here; so one that does not offer every port of `taken` is none of
// this pool's. Pure.
int32_t SnatCapacity(const std::vector<SnatRange>& ranges, const RawAddress& snat_address,
                     IpProtocol protocol, const PortRange& taken);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_COLLECT_SNAT_POOLS_H_
