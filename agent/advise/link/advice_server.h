#ifndef BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_SERVER_H_
#define BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/advise/advice_board.h"
#include "common/clock/clock.h"

namespace berthmaster {

// Serves AdviceService on a Unix socket, on threads of gRPC.
class AdviceServer {
 public:
  // Listens. A socket file that nobody listens on any more is replaced. The file has mode 0666: who
  // may connect is who reaches its directory. FAILED_PRECONDITION when another process listens
  // there or something else has the name, INVALID_ARGUMENT for a path that is too long for a
  // socket. `board` and `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<AdviceServer>> Start(const std::string& path,
                                                             AdviceBoard& board,
                                                             const Clock& clock);
  // Ends every call and removes the socket.
  ~AdviceServer();

 private:
  class Listener;
  explicit AdviceServer(std::unique_ptr<Listener> listener);
  std::unique_ptr<Listener> listener_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_ADVISE_LINK_ADVICE_SERVER_H_
