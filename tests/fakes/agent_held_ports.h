#ifndef BERTHMASTER_TESTS_FAKES_AGENT_HELD_PORTS_H_
#define BERTHMASTER_TESTS_FAKES_AGENT_HELD_PORTS_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/sockets/held_ports.h"

namespace berthmaster {

// The same ports in every namespace, as a test sets them. One thread.
class FakeHeldPorts final : public HeldPortsReader {
 public:
  absl::StatusOr<HeldPorts> Read(const NetnsId&) override {
    if (on_read) on_read();
    if (!error.ok()) return error;
    return ports;
  }

  HeldPorts ports;
  absl::Status error;
  // Called by each Read().
  std::function<void()> on_read;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_FAKES_AGENT_HELD_PORTS_H_
