#ifndef BERTHMASTER_TESTS_CONTROLLER_API_SAMPLE_FLEET_H_
#define BERTHMASTER_TESTS_CONTROLLER_API_SAMPLE_FLEET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "controller/engine/fleet.h"

namespace berthmaster {

// Builders with defaults, so that a test sets only what matters to it.

// 2026-01-01 00:00:00 UTC, where a FakeClock begins.
absl::Time TestTime();

// A connect pool 10.0.0.1 -> `destination`:443.
PoolSample MakePool(absl::string_view destination, int32_t in_use, int32_t capacity = 1000);
NetnsSample MakeNetns(uint64_t cookie, std::vector<PoolSample> pools);
Fleet::HostPointer MakeHost(absl::string_view host_id, std::vector<NetnsSample> namespaces,
                            HostState state = HostState::kAttached);
// An attached host without a sample.
Fleet::HostPointer MakeSilentHost(absl::string_view host_id, HostState state);

Incident MakeIncident(absl::string_view id, absl::string_view host_id = "web-1");
Recommendation MakeRecommendation(absl::string_view id, absl::string_view incident_id,
                                  int32_t rank);
Rollout MakeRollout(absl::string_view id, absl::string_view host_id = "web-1");

template <typename T>
std::shared_ptr<const T> Shared(T value) {
  return std::make_shared<const T>(std::move(value));
}

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_CONTROLLER_API_SAMPLE_FLEET_H_
