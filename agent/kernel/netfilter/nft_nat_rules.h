#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_NFT_NAT_RULES_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_NFT_NAT_RULES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "agent/kernel/netfilter/conntrack_reader.h"
#include "agent/kernel/netfilter/nf_message.h"

namespace berthmaster {

// The bytes of nftables' rules (linux/netfilter/nf_tables.h), as far as they translate sources.
// Pure; any thread.

// Ranges of one namespace at most: more than any rule set that a person wrote has.
inline constexpr size_t kSnatRangesMax = 1024;
// A rule that translates to more addresses than this counts for every address.
inline constexpr uint32_t kSnatAddressesPerRuleMax = 16;

// A dump of all rules of all families.
NfRequest EncodeRuleDump(uint32_t sequence);
// A question for the number of the rule set, which every change raises.
NfRequest EncodeGenerationQuestion(uint32_t sequence);

// The number in the answer to that; nothing in another message.
std::optional<uint32_t> DecodeGeneration(const NfMessage& message);

// Adds what one message of a rule dump says: the ranges of a masquerade or SNAT statement whose
// ports are constants, or of iptables' MASQUERADE or SNAT. One whose ports are no constants, or
// which finds no room in kSnatRangesMax, is counted as not read. Nothing for any other rule, for
// one that does not limit the ports, and for broken bytes.
void AddSnatRule(const NfMessage& message, SnatRules& rules);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_NFT_NAT_RULES_H_
