#ifndef BERTHMASTER_TESTS_FUZZ_SS_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_SS_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to the parser of ss as output of ss. Aborts when it breaks what it promises; a
// sanitizer sees the rest.
void FuzzSs(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_SS_FUZZ_H_
