#ifndef BERTHMASTER_TESTS_FUZZ_SOCK_DIAG_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_SOCK_DIAG_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to the sock_diag decoder and what comes out of it to the aggregator. Aborts when
// one of them breaks what it promises; a sanitizer sees the rest.
void FuzzSockDiag(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_SOCK_DIAG_FUZZ_H_
