#ifndef BERTHMASTER_CONTROLLER_WEB_GATEWAY_HTTP_ANSWER_H_
#define BERTHMASTER_CONTROLLER_WEB_GATEWAY_HTTP_ANSWER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "controller/web_gateway/static_files.h"

namespace berthmaster {

// A whole answer to one HTTP request, before it becomes bytes. Pure.
struct HttpAnswer {
  int code = 200;
  // In addition to those that every answer has.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// What the client said that decides how a file is sent.
struct FileRequest {
  // The target with its query.
  absl::string_view target;
  absl::string_view if_none_match;
  absl::string_view accept_encoding;
};

// The file, 304 when the client has it, 404, or how to build the dashboard when there are no files.
HttpAnswer AnswerFile(const StaticFiles& files, const FileRequest& request);

// One sentence as text/plain.
HttpAnswer AnswerText(int code, absl::string_view sentence);

// The HTTP/1.1 head: status line, the answer's headers, the security headers that every answer has,
// and the empty line. `framing` is "Content-Length: N" or "Transfer-Encoding: chunked"; empty for
// none.
std::string SerializeHead(const HttpAnswer& answer, absl::string_view framing, bool keep_alive);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_WEB_GATEWAY_HTTP_ANSWER_H_
