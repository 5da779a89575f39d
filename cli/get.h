#ifndef BERTHMASTER_CLI_GET_H_
#define BERTHMASTER_CLI_GET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/client.h"
#include "cli/print.h"
#include "cli/resource_name.h"

namespace berthmaster {

// What narrows a `get`. Empty fields match all.
struct GetOptions {
  // A host's name, with or without "hosts/".
  std::string host = {};
  // A namespace's full name, or its label.
  std::string netns = {};
  // ADDRESS or ADDRESS:PORT.
  std::string destination = {};
  // A kind of pool: "connect".
  std::string kind = {};
  // A state's short name, in any case: "open".
  std::string state = {};
  // "true" or "false": incidents that are silenced, or that are not.
  std::string silenced = {};
  OutputFormat format = OutputFormat::kTable;
};

// `berthctl get KIND`: the text to print. With json it is the List response in proto3 JSON with all
// pages in it. INVALID_ARGUMENT for a filter that the kind does not have.
absl::StatusOr<std::string> Get(Client& client, ResourceKind kind, const GetOptions& options,
                                absl::Time now);

}  // namespace berthmaster

#endif  // BERTHMASTER_CLI_GET_H_
