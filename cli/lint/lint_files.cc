#include "cli/lint/lint_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

namespace fs = std::filesystem;

bool HasManifestEnding(absl::string_view name) {
  return absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml") ||
         absl::EndsWith(name, ".json");
}

struct Listed {
  std::string path;
  // The last part of the path, by which directories are merged.
  std::string name;
  bool is_manifest = false;
};

absl::Status TooMany() {
  return absl::ResourceExhaustedError(
      absl::StrCat("more than ", kLintFilesMax, " files; name fewer of them"));
}

absl::Status ListDirectory(const std::string& path, std::vector<Listed>& listed) {
  std::error_code error;
  fs::directory_iterator entries(path, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    const bool is_manifest = HasManifestEnding(name);
    if (absl::StartsWith(name, ".") || (!is_manifest && !absl::EndsWith(name, ".conf"))) continue;
    // A link to the null device stands for an empty file (sysctl.d(5)). Pipes are left alone, since
    // nobody may ever write to them.
    std::error_code ignored;
    if (!fs::is_regular_file(entries->path(), ignored) &&
        !fs::is_character_file(entries->path(), ignored)) {
      continue;
    }
    if (listed.size() >= kLintFilesMax) return TooMany();
    listed.push_back({entries->path().string(), name, is_manifest});
  }
  if (error) return absl::UnavailableError(absl::StrCat("list ", path, ": ", error.message()));
  return absl::OkStatus();
}

absl::StatusOr<LintSource> ReadSource(const std::string& path) {
  const bool is_input = path == "-";
  BERTHMASTER_ASSIGN_OR_RETURN(std::string content,
                               ReadFile(is_input ? "/dev/stdin" : path, kLintFileBytesMax));
  LintSource source;
  source.name = is_input ? "standard input" : path;
  source.is_manifest = LooksLikeManifest(path, content);
  source.content = std::move(content);
  return source;
}

// The files of all directories, by name.
class DirectoryFiles {
 public:
  absl::Status Add(const std::string& path) { return ListDirectory(path, listed_); }

  absl::StatusOr<std::vector<LintSource>> Read() {
    // Stable, so that of one name the directory given first comes first.
    std::stable_sort(listed_.begin(), listed_.end(),
                     [](const Listed& a, const Listed& b) { return a.name < b.name; });
    std::vector<LintSource> sources;
    std::map<std::string, std::string> taken;
    for (const Listed& file : listed_) {
      auto [it, is_first] = taken.try_emplace(file.name, file.path);
      if (!is_first && !file.is_manifest) {
        LintSource hidden;
        hidden.name = file.path;
        hidden.hidden_by = it->second;
        sources.push_back(std::move(hidden));
        continue;
      }
      BERTHMASTER_ASSIGN_OR_RETURN(LintSource source, ReadSource(file.path));
      sources.push_back(std::move(source));
    }
    return sources;
  }

 private:
  std::vector<Listed> listed_;
};

}  // namespace

bool LooksLikeManifest(absl::string_view name, absl::string_view content) {
  if (HasManifestEnding(name)) return true;
  if (absl::EndsWith(name, ".conf")) return false;
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(content), "{")) return true;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    if (absl::StartsWith(line, "apiVersion:") || absl::StartsWith(line, "kind:")) return true;
  }
  return false;
}

absl::StatusOr<std::vector<LintSource>> ReadLintSources(const std::vector<std::string>& paths) {
  std::vector<LintSource> sources;
  DirectoryFiles directories;
  // Where the files of the directories come in: at the first of these.
  std::optional<size_t> directories_at;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path != "-" && fs::is_directory(path, error)) {
      if (!directories_at.has_value()) directories_at = sources.size();
      BERTHMASTER_RETURN_IF_ERROR(directories.Add(path));
      continue;
    }
    if (sources.size() >= kLintFilesMax) return TooMany();
    BERTHMASTER_ASSIGN_OR_RETURN(LintSource source, ReadSource(path));
    sources.push_back(std::move(source));
  }
  if (directories_at.has_value()) {
    BERTHMASTER_ASSIGN_OR_RETURN(std::vector<LintSource> read, directories.Read());
    sources.insert(sources.begin() + static_cast<std::ptrdiff_t>(*directories_at), read.begin(),
                   read.end());
  }
  return sources;
}

}  // namespace berthmaster
