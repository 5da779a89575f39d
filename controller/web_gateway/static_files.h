#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_STATIC_FILES_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_STATIC_FILES_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace berthmaster {

// A larger file, or more files, is no dashboard of ours: its bar is 150 KiB of script.
inline constexpr size_t kStaticFileBytesMax = 8 * 1024 * 1024;
inline constexpr size_t kStaticFilesMax = 1000;

struct StaticFile {
  std::string body;
  // The precompressed form, from the file with ".gz" after its name; empty when there is none.
  std::string gzip_body;
  absl::string_view content_type;
  // Quoted, from the content.
  std::string etag;
  // The name holds a hash of the content, so that it never changes.
  bool is_immutable = false;
};

// The files of the dashboard, read into memory once: what is served is what was there at the start,
// and no path of a request ever reaches the file system. Immutable after Load.
class StaticFiles {
 public:
  // Reads what is under `root`; links are not followed. NOT_FOUND when it has no index.html.
  absl::Status Load(const std::string& root);

  bool empty() const { return files_.empty(); }
  // The file for the path of a request, without query and still percent-encoded. A path of the
  // dashboard's own routes gets index.html; null when there is nothing.
  const StaticFile* Find(absl::string_view path) const;

 private:
  // By path: "/index.html".
  std::map<std::string, StaticFile, std::less<>> files_;
};

// "text/css; charset=utf-8" for "/a.css"; empty for a name that is no file's of a dashboard.
absl::string_view ContentTypeOfPath(absl::string_view path);

// Decodes %XX. False for a bad escape, a NUL, or a path with "." or ".." as a part.
bool DecodePath(absl::string_view path, std::string& decoded);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_STATIC_FILES_H_
