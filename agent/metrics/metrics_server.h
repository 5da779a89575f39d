#ifndef BERTHMASTER_AGENT_METRICS_METRICS_SERVER_H_
#define BERTHMASTER_AGENT_METRICS_METRICS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/metrics/metrics_snapshot.h"
#include "common/clock/clock.h"
#include "common/net/endpoint.h"

namespace berthmaster {

// How much any one HTTP client may take.
struct MetricsLimits {
  // Open connections: some Prometheus servers, a probe, a person.
  size_t connections_max = 16;
  // A request's head; there is no body.
  uint32_t head_bytes_max = 8 * 1024;
  // How long a client may take for its request, and to take the answer.
  absl::Duration request_timeout = absl::Seconds(10);
  absl::Duration answer_timeout = absl::Seconds(10);
};

// Serves GET /metrics and GET /healthz over HTTP/1.1: one request for each connection. One thread
// of its own, which reads the board and nothing else.
class MetricsServer {
 public:
  struct Options {
    Endpoint listen;
    MetricsLimits limits = {};
  };

  // Listens and starts the thread. `board` and `clock` must outlive it. FAILED_PRECONDITION when
  // the port is in use; other errors say what about the address is wrong.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(Options options,
                                                              const SnapshotBoard& board,
                                                              const Clock& clock);
  // Closes every connection and joins.
  ~MetricsServer();

  // Where it listens, with the port that the kernel chose.
  const Endpoint& address() const;

 private:
  class Listener;
  explicit MetricsServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_METRICS_METRICS_SERVER_H_
