#ifndef BERTHMASTER_CONTROLLER_API_SILENCE_CONVERSION_H_
#define BERTHMASTER_CONTROLLER_API_SILENCE_CONVERSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "berthmaster/v1/silence.pb.h"
#include "controller/engine/engine.h"
#include "controller/model/silence.h"

namespace berthmaster {

// The silence in the state that it has at `now`. One without an id has no name.
v1::Silence ToProto(const Silence& silence, absl::Time now);

// INVALID_ARGUMENT names the field.
absl::StatusOr<SilenceRequest> FromProto(const v1::CreateSilenceRequest& request, Caller creator);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_API_SILENCE_CONVERSION_H_
