#ifndef BERTHMASTER_AGENT_DOCTOR_H_
#define BERTHMASTER_AGENT_DOCTOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/agent_config.h"
#include "agent/kernel/host_probe.h"

namespace berthmaster {

enum class CheckState : uint8_t { kOk, kMissing, kUnknown };

// One thing that the profile has a use for.
struct DoctorCheck {
  std::string what;
  CheckState state = CheckState::kOk;
  // What was found.
  std::string found;
  // What the agent needs it for.
  std::string use;
  // What is missing of it and how to grant that; none when it is there, or when nothing helps.
  std::vector<std::string> remedies;
};

// What is known of this host beyond its kernel.
struct DoctorInputs {
  HostFacts host;
  absl::Status state_directory;
  // A TCP connection to the controller.
  absl::Status controller;
  // What HostReaders says is not to be had, each with the remedy.
  std::vector<std::string> reader_limitations;
};

// The checks for the profile of `config`, each name once: what it has no use for is left out. Pure.
std::vector<DoctorCheck> Diagnose(const DoctorInputs& inputs, const AgentConfig& config);

// Whether nothing is missing; what is not known counts as there.
bool IsComplete(const std::vector<DoctorCheck>& checks);

// For people: one line for each check, and the remedies of what is missing.
std::string DoctorTable(const std::vector<DoctorCheck>& checks, const AgentConfig& config);

// One JSON object: profile, complete, checks (what, state "ok", "missing" or "unknown", found, use,
// remedies).
std::string DoctorJson(const std::vector<DoctorCheck>& checks, const AgentConfig& config);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_DOCTOR_H_
