#ifndef BERTHMASTER_TESTS_FUZZ_SETTINGS_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_SETTINGS_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to `berthctl lint`, as a sysctl.conf and as a manifest. Aborts when a finding
// breaks what it promises; a sanitizer sees the rest.
void FuzzSettings(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_SETTINGS_FUZZ_H_
