#ifndef BERTHMASTER_AGENT_METRICS_METRICS_ANSWER_H_
#define BERTHMASTER_AGENT_METRICS_METRICS_ANSWER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agent/metrics/metrics_snapshot.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// What the server has read of a request.
struct MetricsRequest {
  // Neither GET nor HEAD is answered with more than 405.
  bool is_read = false;
  // With its query, which is ignored.
  absl::string_view target;
  // The Host header; empty when there is none.
  absl::string_view host;
};

struct MetricsAnswer {
  int code = 200;
  std::string content_type;
  std::string body;
};

// Pure. A loopback listener answers only to names and addresses of this machine: any other name
// that resolves to it belongs to somebody else's page (DNS rebinding).
MetricsAnswer AnswerMetrics(const MetricsRequest& request, const Endpoint& listen,
                            const MetricsSnapshot* snapshot, absl::Duration now);

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_METRICS_METRICS_ANSWER_H_
