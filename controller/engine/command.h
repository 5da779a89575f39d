#ifndef BERTHMASTER_CONTROLLER_ENGINE_COMMAND_H_
#define BERTHMASTER_CONTROLLER_ENGINE_COMMAND_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controller/engine/decisions.h"
#include "controller/engine/input_queue.h"

namespace berthmaster {

// The command that decides by `decide` and gives the outcome to `done`, exactly once.
template <typename T>
Command MakeCommand(std::function<absl::StatusOr<T>(Decisions&)> decide,
                    std::function<void(absl::StatusOr<T>)> done) {
  auto shared_done = std::make_shared<std::function<void(absl::StatusOr<T>)>>(std::move(done));
  Command command;
  command.decide = [decide = std::move(decide), shared_done](Decisions& decisions) {
    return std::function<void()>(
        [shared_done, answer = decide(decisions)] { (*shared_done)(answer); });
  };
  command.fail = [shared_done](const absl::Status& status) { (*shared_done)(status); };
  return command;
}

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_ENGINE_COMMAND_H_
