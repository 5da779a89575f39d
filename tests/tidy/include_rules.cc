#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/tidy/rules.h"

namespace berthmaster::tidy {
namespace {

// Headers that only some rooms may include.
struct RoomRule {
  std::string name;
  std::vector<std::string> prefixes;
  std::string suffix;
  std::vector<std::string> rooms;  // folders; tests may include everything
  std::string file_name;           // one more place: a file of this name, anywhere
  std::string remedy;
};

const std::vector<RoomRule>& RoomRules() {
  static const auto* const kRules = new std::vector<RoomRule>{
      {"generated-messages",
       {"berthmaster/v1/"},
       ".pb.h",
       {"agent/link/", "agent/advise/link/", "controller/link/", "controller/api/",
        "controller/web_gateway/", "cli/", "examples/", "common/recording/", "common/wire/",
        "common/status/"},
       "",
       "generated messages stop at the edges: use the plain struct of common/ or controller/model "
       "and convert in link, api or common/wire"},
      {"grpc",
       {"grpc/", "grpcpp/", "grpc++/"},
       "",
       {"agent/link/", "agent/advise/link/", "controller/link/", "controller/api/",
        "controller/web_gateway/", "cli/", "examples/", "common/status/", "common/tls/"},
       "",
       "gRPC lives in link, api, web_gateway, cli, common/status and common/tls: give this room an "
       "interface or a callback instead"},
      {"grpc",
       {"berthmaster/v1/"},
       ".grpc.pb.h",
       {"agent/link/", "agent/advise/link/", "controller/link/", "controller/api/",
        "controller/web_gateway/", "cli/", "examples/", "common/status/", "common/tls/"},
       "",
       "service stubs are gRPC: they live in link, api, web_gateway and cli"},
      {"sqlite",
       {"sqlite3.h"},
       "",
       {"controller/store/sqlite/"},
       "",
       "SQLite lives in controller/store/sqlite: use the interfaces of controller/store"},
      {"linux",
       {"linux/", "libmnl/"},
       "",
       {"agent/kernel/"},
       "",
       "the kernel's headers and netlink live in agent/kernel: use its interfaces"},
      {"flags",
       {"CLI/", "absl/flags/", "getopt.h"},
       "",
       {"cli/commands/"},
       "main.cc",
       "flags are read in main.cc and cli/commands only: take an Options struct"},
  };
  return *kRules;
}

bool Matches(const RoomRule& rule, absl::string_view header) {
  if (!absl::EndsWith(header, rule.suffix)) return false;
  for (const std::string& prefix : rule.prefixes) {
    if (absl::StartsWith(header, prefix)) return true;
  }
  return false;
}

bool IsAllowed(const RoomRule& rule, absl::string_view path) {
  if (IsIn(path, "tests/")) return true;
  if (!rule.file_name.empty() && FileName(path) == rule.file_name) return true;
  return IsInAny(path, rule.rooms);
}

absl::string_view Top(absl::string_view path) { return path.substr(0, path.find('/')); }

bool IsProduct(absl::string_view top) {
  return top == "common" || top == "agent" || top == "controller" || top == "cli";
}

// The remedy if the include points sideways or up, else empty.
std::string CheckDirection(absl::string_view path, absl::string_view header) {
  const absl::string_view from = Top(path);
  const absl::string_view to = Top(header);
  if (!IsProduct(from)) return "";
  if (to == "tests") {
    return "the product never includes a test: move what both need into the product";
  }
  if (!IsProduct(to) || to == from || to == "common") return "";
  if (from == "common") {
    return absl::StrCat("common/ is the floor and includes nothing of ", to,
                        "/: move what is shared down into common/, or the user of it up");
  }
  return absl::StrCat(
      from, "/ and ", to,
      "/ never meet: what both need belongs in common/, the rest crosses in proto/");
}

// The header of an #include line, without its quotes; empty for any other line.
absl::string_view IncludedHeader(const CodeLine& line) {
  absl::string_view code = line.code;
  code = absl::StripLeadingAsciiWhitespace(code);
  if (!absl::ConsumePrefix(&code, "#")) return "";
  code = absl::StripLeadingAsciiWhitespace(code);
  if (!absl::ConsumePrefix(&code, "include")) return "";
  code = absl::StripLeadingAsciiWhitespace(code);
  if (!line.literals.empty()) return line.literals.front();
  if (!absl::ConsumePrefix(&code, "<")) return "";
  return code.substr(0, code.find('>'));
}

}  // namespace

std::vector<Violation> CheckIncludes(const SourceFile& file) {
  std::vector<Violation> violations;
  if (!IsCpp(file.path)) return violations;
  for (const CodeLine& line : SplitCode(file.text)) {
    const absl::string_view header = IncludedHeader(line);
    if (header.empty()) continue;
    const std::string direction = CheckDirection(file.path, header);
    if (!direction.empty()) {
      violations.push_back({file.path, line.number, "direction",
                            absl::StrCat("includes ", header, ": ", direction)});
    }
    for (const RoomRule& rule : RoomRules()) {
      if (!Matches(rule, header) || IsAllowed(rule, file.path)) continue;
      violations.push_back({file.path, line.number, rule.name,
                            absl::StrCat("includes ", header, ": ", rule.remedy)});
    }
  }
  return violations;
}

}  // namespace berthmaster::tidy
