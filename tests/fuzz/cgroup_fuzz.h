#ifndef BERTHMASTER_TESTS_FUZZ_CGROUP_FUZZ_H_
#define BERTHMASTER_TESTS_FUZZ_CGROUP_FUZZ_H_

#include <cstddef>
#include <cstdint>

namespace berthmaster {

// Gives any bytes to what finds out where a namespace and its processes belong: /proc/<pid>/cgroup,
// mountinfo, the names of pods' log directories, links of procfs. Aborts when one of them breaks
// what it promises; a sanitizer sees the rest.
void FuzzCgroup(const uint8_t* data, size_t size);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FUZZ_CGROUP_FUZZ_H_
