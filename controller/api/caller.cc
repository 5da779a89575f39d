#include "controller/api/caller.h"

namespace berthmaster {

std::string CallerOf(const grpc::CallbackServerContext& /*context*/) { return "local"; }

}  // namespace berthmaster
