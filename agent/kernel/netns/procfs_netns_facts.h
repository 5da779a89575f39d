#ifndef BERTHMASTER_AGENT_KERNEL_NETNS_PROCFS_NETNS_FACTS_H_
#define BERTHMASTER_AGENT_KERNEL_NETNS_PROCFS_NETNS_FACTS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/kernel/netns/netns_facts.h"
#include "agent/kernel/proc_file.h"
#include "common/clock/clock.h"

namespace berthmaster {

// Reads at NetnsEntry::proc_net_path what can be read there without entering: sockstat and the
// counters. /proc/sys/net shows the reader's own namespace only, so the tunables of the others are
// not known, which is a limitation of theirs. A namespace with a descriptor is read as by
// LinuxNetnsFactsReader. NOT_FOUND when the process that stands for the namespace is gone or has
// left it.
class ProcfsNetnsFactsReader final : public NetnsFactsReader {
 public:
  // `clock` must outlive the reader.
  explicit ProcfsNetnsFactsReader(const Clock& clock) : entering_(clock) {}

  absl::StatusOr<SockstatCounts> ReadCounts(const NetnsEntry& netns) override;
  absl::StatusOr<NetnsFacts> ReadFacts(const NetnsEntry& netns) override;

 private:
  // A file of the namespace, valid until the next call.
  absl::StatusOr<absl::string_view> Read(const NetnsEntry& netns, absl::string_view name);

  LinuxNetnsFactsReader entering_;
  ProcFileReader file_reader_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETNS_PROCFS_NETNS_FACTS_H_
