#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_LINUX_CONNTRACK_READER_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_LINUX_CONNTRACK_READER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/netfilter/ct_codec.h"
#include "agent/kernel/netfilter/nf_socket.h"
#include "agent/kernel/proc_file.h"

namespace berthmaster {

// Of how many namespaces the rules are remembered, by the generation of the rule set. Nodes have
// source NAT in one, some pods with a service mesh in theirs.
inline constexpr size_t kSnatRulesKeptMax = 64;
// Pools of which entries that are not translated are looked for, 48 bytes each. Beyond them such
// entries are not seen.
inline constexpr size_t kSnatKeysMax = 65536;
// Addresses that the kernel is asked for one by one; with more of them it is cheaper to take all
// entries and look here.
inline constexpr size_t kSnatAddressesAskedMax = 2;

// Reads ctnetlink, nftables and /proc. To be called on a thread of one's own, see RunInNetns().
class LinuxConntrackReader final : public ConntrackReader {
 public:
  absl::StatusOr<ConntrackTable> ReadTable(const NetnsEntry& netns) override;
  absl::Status VisitSnat(const NetnsEntry& netns,
                         absl::FunctionRef<void(const SnatRow&)> visit) override;
  absl::StatusOr<SnatRules> ReadSnatRules(const NetnsEntry& netns) override;

 private:
  struct PoolId {
    RawAddress snat_address;
    RawAddress destination;
    uint16_t destination_port = 0;
    uint16_t zone = 0;
    IpProtocol protocol = IpProtocol::kTcp;
    friend bool operator==(const PoolId&, const PoolId&) = default;
    template <typename H>
    friend H AbslHashValue(H h, const PoolId& id) {
      return H::combine(std::move(h), id.snat_address.words, id.destination.words,
                        id.destination_port, id.zone, id.protocol);
    }
  };
  struct KnownRules {
    uint32_t generation = 0;
    SnatRules rules;
  };

  absl::StatusOr<ConntrackTable> ReadTableHere();
  absl::StatusOr<int64_t> ReadNumber(absl::string_view sysctl);
  absl::Status VisitSnatHere(absl::FunctionRef<void(const SnatRow&)> visit);
  absl::Status VisitNotTranslated(absl::FunctionRef<void(const SnatRow&)> visit);
  absl::Status Dump(NfRequest request, absl::FunctionRef<void(const CtEntry&)> visit);
  absl::StatusOr<uint32_t> ReadGeneration();
  absl::StatusOr<SnatRules> ReadSnatRulesHere(uint64_t netns_cookie);
  absl::StatusOr<SnatRules> ReadNftRules(uint64_t netns_cookie);
  std::optional<bool> HasLegacyNat();

  ProcFileReader file_reader_;
  NfSocket socket_;
  // Of the dump under way.
  absl::flat_hash_set<PoolId> pools_;
  std::vector<RawAddress> addresses_;
  // By cookie.
  std::map<uint64_t, KnownRules> rules_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_LINUX_CONNTRACK_READER_H_
