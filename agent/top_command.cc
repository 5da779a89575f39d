#include "agent/top_command.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "agent/collect/linux_host_sampler.h"
#include "agent/dependencies.h"
#include "agent/host_readers.h"
#include "agent/only_sample.h"
#include "agent/top/terminal.h"
#include "agent/top/top_loop.h"
#include "agent/top/top_rows.h"
#include "agent/top/top_view.h"
#include "common/clock/clock.h"
#include "common/file/file.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

absl::Status PrintOnce(const AgentConfig& config, HostSampler& sampler,
                       const HostReaders& readers) {
  BERTHMASTER_ASSIGN_OR_RETURN(HostSample taken, TakeOnlySample(sampler, readers));
  const TopSample sample(std::move(taken));
  for (const std::string& limitation : sample.limitations()) LogWarning(limitation);
  return WriteAll(
      STDOUT_FILENO,
      RenderBatch(sample, SelectRows(sample, TopSort::kUtilization, false, ""), config.host_id),
      "standard output");
}

}  // namespace

absl::Status RunTopCommand(const AgentConfig& config, const TopCommandOptions& options) {
  std::unique_ptr<Terminal> terminal;
  if (!options.is_once) {
    // Before the sampler's thread, for the signals; and the log would write over the view.
    BERTHMASTER_RETURN_IF_ERROR(SetLogLevel("error"));
    BERTHMASTER_ASSIGN_OR_RETURN(terminal, Terminal::Open());
  }
  LinuxClock clock;
  const HostReaders readers = MakeHostReaders(config.profile);
  LinuxHostSamplerOptions sampler_options = SamplerOptions(config, readers);
  // Somebody is looking.
  sampler_options.sample_interval = absl::ZeroDuration();
  sampler_options.first_dump_cpu_max = absl::InfiniteDuration();
  std::unique_ptr<HostSampler> sampler = MakeLinuxHostSampler(sampler_options, clock);
  if (options.is_once) return PrintOnce(config, *sampler, readers);
  TopOptions top;
  top.host = config.host_id;
  top.has_colours = options.has_colours;
  return RunTopLoop(top, *sampler, clock, *terminal);
}

}  // namespace berthmaster
