#include "controller/web_gateway/http_answer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace berthmaster {
namespace {

// Scripts, styles and calls of this origin only; nobody may frame the page and steer its buttons.
constexpr absl::string_view kSecurityHeaders =
    "Content-Security-Policy: default-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; object-src 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

constexpr absl::string_view kNoDashboardPage =
    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Berthmaster</title>"
    "</head><body><h1>The dashboard is not built</h1><p>The controller runs and serves its API. "
    "To build the dashboard, run <code>./dev build</code> in the source tree and start the "
    "controller again, with <code>--web-root web/dist</code> if it runs from elsewhere.</p><p>By "
    "command: <code>berthctl get pools</code>.</p></body></html>\n";

absl::string_view ReasonPhrase(int code) {
  switch (code) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    case 415:
      return "Unsupported Media Type";
    case 431:
      return "Request Header Fields Too Large";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Error";
  }
}

}  // namespace

HttpAnswer AnswerText(int code, absl::string_view sentence) {
  return {code,
          {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          absl::StrCat(sentence, "\n")};
}

HttpAnswer AnswerFile(const StaticFiles& files, const FileRequest& request) {
  const absl::string_view path = request.target.substr(0, request.target.find_first_of("?#"));
  if (files.empty()) {
    return {404,
            {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}},
            std::string(kNoDashboardPage)};
  }
  const StaticFile* file = files.Find(path);
  if (file == nullptr) return AnswerText(404, "There is no such file.");
  HttpAnswer answer;
  answer.headers = {
      {"Content-Type", std::string(file->content_type)},
      {"ETag", file->etag},
      {"Cache-Control", file->is_immutable ? "public, max-age=31536000, immutable" : "no-cache"},
  };
  const bool is_gzip =
      !file->gzip_body.empty() && absl::StrContains(request.accept_encoding, "gzip");
  if (!file->gzip_body.empty()) answer.headers.emplace_back("Vary", "Accept-Encoding");
  if (absl::StrContains(request.if_none_match, file->etag)) {
    answer.code = 304;
    return answer;
  }
  if (is_gzip) answer.headers.emplace_back("Content-Encoding", "gzip");
  answer.body = is_gzip ? file->gzip_body : file->body;
  return answer;
}

std::string SerializeHead(const HttpAnswer& answer, absl::string_view framing, bool keep_alive) {
  std::string head = absl::StrCat("HTTP/1.1 ", answer.code, " ", ReasonPhrase(answer.code), "\r\n");
  for (const auto& [name, value] : answer.headers) {
    absl::StrAppend(&head, name, ": ", value, "\r\n");
  }
  absl::StrAppend(&head, kSecurityHeaders);
  if (!framing.empty()) absl::StrAppend(&head, framing, "\r\n");
  absl::StrAppend(&head, "Connection: ", keep_alive ? "keep-alive" : "close", "\r\n\r\n");
  return head;
}

}  // namespace berthmaster
