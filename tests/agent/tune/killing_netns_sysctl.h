#ifndef BERTHMASTER_TESTS_AGENT_TUNE_KILLING_NETNS_SYSCTL_H_
#define BERTHMASTER_TESTS_AGENT_TUNE_KILLING_NETNS_SYSCTL_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agent/kernel/netns/netns_sysctl.h"
#include "agent/tune/tuner.h"

namespace berthmaster {

// Passes every call on and ends the process with SIGKILL at step `kill_at`: the beginning and the
// end of each call are one step each, numbered from 0. The journal is written between the steps, so
// killing at each of them is killing around every effect.
class KillingNetnsSysctl final : public NetnsSysctl {
 public:
  KillingNetnsSysctl(NetnsSysctl& inner, int kill_at) : inner_(inner), kill_at_(kill_at) {}

  absl::StatusOr<std::string> Read(const NetnsId& netns, absl::string_view sysctl) override;
  absl::Status Write(const NetnsId& netns, absl::string_view sysctl,
                     absl::string_view value) override;

 private:
  void Step();

  NetnsSysctl& inner_;
  const int kill_at_;
  int step_ = 0;
};

// How an agent that makes `change`, is pushed it again and then takes it back ended.
enum class CrashRun { kKilled, kFinished, kFailed };

// Runs that agent over `kernel`, killed at step `kill_at`. To be called in a process of its own: it
// may not come back.
CrashRun ApplyAndRevert(NetnsSysctl& kernel, const DesiredChange& change,
                        const std::string& journal_path, const Clock& clock, int kill_at);

// What holds after every crash, whatever the step: the agent starts again; then the value is the
// prior one and the journal is empty, or the value is the desired one and the journal knows it;
// once the lease is over, the prior value is in force. Reports by gtest.
void ExpectWholeAfterCrash(NetnsSysctl& kernel, const DesiredChange& change,
                           const std::string& journal_path, int kill_at);

// What holds when the crash of a persisted change was a reboot: a line of the drop-in file, which
// then set the value, has its entry in the journal; once the change is not desired any more, the
// prior value is in force and the line is gone. Reports by gtest.
void ExpectWholeAfterReboot(NetnsSysctl& kernel, const DesiredChange& change,
                            const std::string& journal_path, int kill_at);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_TUNE_KILLING_NETNS_SYSCTL_H_
