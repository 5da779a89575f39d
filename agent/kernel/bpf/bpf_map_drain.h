#ifndef BERTHMASTER_AGENT_KERNEL_BPF_BPF_MAP_DRAIN_H_
#define BERTHMASTER_AGENT_KERNEL_BPF_BPF_MAP_DRAIN_H_

#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace berthmaster {

// Takes every element out of a BPF hash map that nobody else writes to meanwhile. `visit` gets the
// bytes of each key and value, which live for the call. After an error those that were visited are
// out of the map, and the others are in it.
absl::Status DrainBpfHashMap(int map_fd, size_t key_bytes, size_t value_bytes,
                             absl::FunctionRef<void(const void* key, const void* value)> visit);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_BPF_BPF_MAP_DRAIN_H_
