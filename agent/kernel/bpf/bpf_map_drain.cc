#include "agent/kernel/bpf/bpf_map_drain.h"

#include <bpf/bpf.h>
#include <errno.h>

#include <vector>

#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Elements a system call returns: 50 KiB of them at most.
constexpr uint32_t kBatchSize = 512;
// A batch holds whole buckets of the map's hash table. Beyond this there is no such map of ours.
constexpr uint32_t kBatchSizeMax = 64 * 1024;

}  // namespace

absl::Status DrainBpfHashMap(int map_fd, size_t key_bytes, size_t value_bytes,
                             absl::FunctionRef<void(const void* key, const void* value)> visit) {
  uint32_t batch_size = kBatchSize;
  std::vector<uint8_t> keys(batch_size * key_bytes);
  std::vector<uint8_t> values(batch_size * value_bytes);
  // The kernel's place in the table.
  uint64_t position = 0;
  bool is_first = true;
  while (true) {
    uint32_t count = batch_size;
    const int error_number =
        -bpf_map_lookup_and_delete_batch(map_fd, is_first ? nullptr : &position, &position,
                                         keys.data(), values.data(), &count, nullptr);
    if (error_number == ENOSPC && batch_size < kBatchSizeMax) {
      batch_size *= 2;
      keys.resize(batch_size * key_bytes);
      values.resize(batch_size * value_bytes);
      continue;
    }
    // ENOENT is the end and may come with elements.
    if (error_number != 0 && error_number != ENOENT) {
      return ErrnoStatus(error_number, "read the counts of a BPF program");
    }
    for (uint32_t index = 0; index < count; ++index) {
      visit(&keys[index * key_bytes], &values[index * value_bytes]);
    }
    if (error_number == ENOENT) return absl::OkStatus();
    is_first = false;
  }
}

}  // namespace berthmaster
