#ifndef BERTHMASTER_TESTS_COMMON_WIRE_SAMPLE_BUILDER_H_
#define BERTHMASTER_TESTS_COMMON_WIRE_SAMPLE_BUILDER_H_

#include "common/protocol/sample.h"

namespace berthmaster {

// A connect pool with every field set.
PoolSample FullPool();

// A sample of two namespaces with every field set, one of them empty.
HostSample FullSample();

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_COMMON_WIRE_SAMPLE_BUILDER_H_
