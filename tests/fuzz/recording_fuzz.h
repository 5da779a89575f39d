#ifndef BERTHMASTER_TESTS_FUZZ_RECORDING_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_RECORDING_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to the reader of recordings: as a whole file, and as the records inside the zlib
// stream of a sound one, which mutated bytes would hardly ever get through. Aborts when it breaks
// what it promises; a sanitizer sees the rest.
void FuzzRecording(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_RECORDING_FUZZ_H_
