#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_CONNTRACK_STAT_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_CONNTRACK_STAT_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// Parses /proc/net/stat/nf_conntrack: a line of column names, then a line for each processor in
// hexadecimal (ct_cpu_seq_show). Adds up those columns that tell of failures, by their names there:
// insert_failed, drop, early_drop, invalid, clashres, search_restart, chainlength (entries refused
// because a hash chain was too long). A column that this kernel has not got is absent.
// INVALID_ARGUMENT when the text is not of that form. Pure; any thread.
absl::Status ParseConntrackStat(absl::string_view text, std::map<std::string, int64_t>& counters);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_CONNTRACK_STAT_H_
