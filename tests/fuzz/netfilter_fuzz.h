#ifndef BERTHMASTER_TESTS_FUZZ_NETFILTER_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_NETFILTER_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to the decoders of netfilter's netlink, of conntrack entries and of NAT rules,
// and to the parser of conntrack's statistics. Aborts when one of them breaks what it promises; a
// sanitizer sees the rest.
void FuzzNetfilter(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_NETFILTER_FUZZ_H_
