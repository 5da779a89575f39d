#include "agent/advice_command.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/kernel/clean_text.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Names beyond it are cut, so that a line stays one.
constexpr size_t kNameBytesMax = 60;

std::string NameOf(const DesiredAdvice& advice) {
  if (!advice.workload.empty()) return CleanText(advice.workload, kNameBytesMax);
  return absl::StrCat("netns ", advice.netns_cookie);
}

std::string DestinationOf(const DesiredAdvice& advice) {
  const std::string address = advice.destination.ToString();
  return advice.destination.is_v4() ? absl::StrCat(address, ":", advice.destination_port)
                                    : absl::StrCat("[", address, "]:", advice.destination_port);
}

}  // namespace

std::string AdviceTable(const std::string& directory,
                        const std::map<std::string, AdviceDirectory::File>& files) {
  if (files.empty()) return absl::StrCat("No advice is published in ", directory, ".\n");
  size_t name_width = sizeof("WORKLOAD") - 1;
  size_t destination_width = sizeof("DESTINATION") - 1;
  for (const auto& [name, file] : files) {
    for (const DesiredAdvice& advice : file.content.advice) {
      name_width = std::max(name_width, NameOf(advice).size());
      destination_width = std::max(destination_width, DestinationOf(advice).size());
    }
  }
  std::string text =
      absl::StrFormat("%-*s  %-*s  %9s  %8s  %11s  %s\n", static_cast<int>(name_width), "WORKLOAD",
                      static_cast<int>(destination_width), "DESTINATION", "POOL SIZE", "CONNS/S",
                      "PORTS SAVED", "ROLLOUT");
  for (const auto& [name, file] : files) {
    for (const DesiredAdvice& advice : file.content.advice) {
      absl::StrAppendFormat(
          &text, "%-*s  %-*s  %9d  %8.1f  %11d  %s\n", static_cast<int>(name_width), NameOf(advice),
          static_cast<int>(destination_width), DestinationOf(advice), advice.connection_pool_size,
          advice.connection_rate, advice.ports_saved, CleanText(advice.rollout, kNameBytesMax));
    }
  }
  return text;
}

absl::Status RunAdviceCommand(const AgentConfig& config) {
  if (config.advice_dir.empty()) {
    return absl::FailedPreconditionError("advice-dir is off, so no advice is published here");
  }
  const AdviceDirectory directory(config.advice_dir);
  BERTHMASTER_ASSIGN_OR_RETURN(const auto files, directory.Read());
  return WriteAll(STDOUT_FILENO, AdviceTable(config.advice_dir, files), "standard output");
}

}  // namespace berthmaster
