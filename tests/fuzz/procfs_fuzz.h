#ifndef BERTHMASTER_TESTS_FUZZ_PROCFS_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_PROCFS_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to the parser of /proc/net as a file of /proc/net. Aborts when it breaks what it
// promises; a sanitizer sees the rest.
void FuzzProcfs(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_PROCFS_FUZZ_H_
