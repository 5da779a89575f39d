#include "agent/metrics/metrics_answer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/metrics/exposition.h"
#include "agent/metrics/metrics_text.h"

namespace berthmaster {
namespace {

MetricsAnswer Sentence(int code, absl::string_view sentence) {
  return {code, "text/plain; charset=utf-8", absl::StrCat(sentence, "\n")};
}

// The host of "HOST", "HOST:PORT", "[ADDRESS]" or "[ADDRESS]:PORT", without brackets.
absl::string_view HostOf(absl::string_view header) {
  if (absl::ConsumePrefix(&header, "[")) return header.substr(0, header.find(']'));
  return header.substr(0, header.find(':'));
}

bool IsOwnHost(const Endpoint& listen, absl::string_view header) {
  if (!listen.is_loopback()) return true;
  const Endpoint asked = {std::string(HostOf(header)), 0};
  return asked.is_loopback() || asked.host == listen.host;
}

}  // namespace

MetricsAnswer AnswerMetrics(const MetricsRequest& request, const Endpoint& listen,
                            const MetricsSnapshot* snapshot, absl::Duration now) {
  if (!IsOwnHost(listen, request.host)) {
    return Sentence(403, "Ask by an address of this machine, such as 127.0.0.1.");
  }
  if (!request.is_read) return Sentence(405, "Only GET and HEAD are answered here.");
  const absl::string_view path = request.target.substr(0, request.target.find('?'));
  if (path == "/metrics") {
    if (snapshot == nullptr) return Sentence(503, "The agent is starting.");
    return {200, Exposition::kContentType, MetricsText(*snapshot)};
  }
  if (path == "/healthz") {
    const absl::Status health = CheckHealth(snapshot, now);
    return health.ok() ? Sentence(200, "ok") : Sentence(503, health.message());
  }
  return Sentence(404, "There are /metrics and /healthz here.");
}

}  // namespace berthmaster
