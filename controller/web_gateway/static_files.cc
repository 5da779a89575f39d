#include "controller/web_gateway/static_files.h"

#include <openssl/sha.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr absl::string_view kIndexPath = "/index.html";
// Where the build puts what has a hash in its name.
constexpr absl::string_view kHashedPrefix = "/assets/";

constexpr std::array<std::pair<absl::string_view, absl::string_view>, 11> kContentTypes = {{
    {".css", "text/css; charset=utf-8"},
    {".gz", "application/gzip"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".woff2", "font/woff2"},
}};

std::string EtagOf(const std::string& body) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest);
  constexpr size_t kEtagBytes = 16;
  return absl::StrCat(
      "\"",
      absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), kEtagBytes)),
      "\"");
}

// A path that names a file of the build, not a route of the dashboard: those have their files in
// the root and in /assets/ only, and a route may well end in ".443".
bool NamesFile(absl::string_view path) {
  const bool is_in_root = path.find('/', 1) == absl::string_view::npos;
  return absl::StartsWith(path, kHashedPrefix) || (is_in_root && !ContentTypeOfPath(path).empty());
}

}  // namespace

absl::string_view ContentTypeOfPath(absl::string_view path) {
  for (const auto& [suffix, type] : kContentTypes) {
    if (absl::EndsWithIgnoreCase(path, suffix)) return type;
  }
  return "";
}

bool DecodePath(absl::string_view path, std::string& decoded) {
  decoded.clear();
  for (size_t i = 0; i < path.size(); ++i) {
    char c = path[i];
    if (c == '%') {
      if (i + 2 >= path.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(path[i + 1])) ||
          !absl::ascii_isxdigit(static_cast<unsigned char>(path[i + 2]))) {
        return false;
      }
      c = absl::HexStringToBytes(path.substr(i + 1, 2))[0];
      i += 2;
    }
    if (c == '\0') return false;
    decoded.push_back(c);
  }
  for (const absl::string_view part : absl::StrSplit(decoded, absl::ByAnyChar("/\\"))) {
    if (part == "." || part == "..") return false;
  }
  return absl::StartsWith(decoded, "/");
}

absl::Status StaticFiles::Load(const std::string& root) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::map<std::string, std::string> bodies;
  for (fs::recursive_directory_iterator entry(root, error), end; entry != end && !error;
       entry.increment(error)) {
    if (entry->symlink_status(error).type() != fs::file_type::regular) continue;
    const std::string path = absl::StrCat("/", entry->path().lexically_relative(root).string());
    if (ContentTypeOfPath(path).empty()) continue;
    if (bodies.size() == kStaticFilesMax) {
      return absl::ResourceExhaustedError(
          absl::StrCat(root, " has more than ", kStaticFilesMax, " files; it is no dashboard"));
    }
    BERTHMASTER_ASSIGN_OR_RETURN(bodies[path],
                                 ReadFile(entry->path().string(), kStaticFileBytesMax));
  }
  if (bodies.find(std::string(kIndexPath)) == bodies.end()) {
    return absl::NotFoundError(
        absl::StrCat("the dashboard is not in ", root, ": there is no index.html in it"));
  }
  for (auto& [path, body] : bodies) {
    if (absl::EndsWith(path, ".gz")) continue;
    StaticFile file;
    const auto gzip = bodies.find(absl::StrCat(path, ".gz"));
    if (gzip != bodies.end()) file.gzip_body = gzip->second;
    file.content_type = ContentTypeOfPath(path);
    file.etag = EtagOf(body);
    file.is_immutable = absl::StartsWith(path, kHashedPrefix);
    file.body = std::move(body);
    files_.emplace(path, std::move(file));
  }
  return absl::OkStatus();
}

const StaticFile* StaticFiles::Find(absl::string_view path) const {
  std::string decoded;
  if (!DecodePath(path, decoded)) return nullptr;
  auto file = files_.find(decoded);
  if (file == files_.end() && !NamesFile(decoded)) file = files_.find(kIndexPath);
  return file == files_.end() ? nullptr : &file->second;
}

}  // namespace berthmaster
