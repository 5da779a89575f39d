#ifndef BERTHMASTER_TESTS_FUZZ_GRPC_WEB_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_GRPC_WEB_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to everything of the web gateway that reads bytes: frames, timeouts, paths,
// hosts, origins. Aborts when one of them breaks what it promises; a sanitizer sees the rest.
void FuzzGrpcWeb(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_GRPC_WEB_FUZZ_H_
