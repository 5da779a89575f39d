#ifndef BERTHMASTER_COMMON_IDS_IDS_H_
#define BERTHMASTER_COMMON_IDS_IDS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"

namespace berthmaster {

// An id of 20 lower-case base-32 characters that sorts by the time it was made at (to the
// millisecond) and is random in the rest.
std::string NewId(absl::Time now, Random& random);

// Whether `host_id` may name a host: 1 to 253 characters of [A-Za-z0-9._-], the first a letter or
// digit. INVALID_ARGUMENT says what is wrong.
absl::Status CheckHostId(absl::string_view host_id);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_IDS_IDS_H_
