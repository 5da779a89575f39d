#ifndef BERTHMASTER_CONTROLLER_MODEL_CALLER_H_
#define BERTHMASTER_CONTROLLER_MODEL_CALLER_H_

#include <string>

namespace berthmaster {

// Who decides something, as it is recorded with the decision.
struct Caller {
  // "local", "local/alice", "policy/NAME", "agent/HOST", "berthmaster".
  std::string who;
  // The address of the caller's end of the connection, "127.0.0.1:43210"; "web" for the dashboard;
  // empty when nobody called.
  std::string source;
  friend bool operator==(const Caller&, const Caller&) = default;
};

// The controller itself.
inline Caller ControllerCaller() { return {"berthmaster", ""}; }

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_MODEL_CALLER_H_
