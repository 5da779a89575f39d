#ifndef BERTHMASTER_AGENT_KERNEL_NETFILTER_NF_SOCKET_H_
#define BERTHMASTER_AGENT_KERNEL_NETFILTER_NF_SOCKET_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/kernel/netfilter/nf_message.h"
#include "common/file/file.h"

namespace berthmaster {

// Requests to netfilter over netlink, and their answers. One thread.
class NfSocket {
 public:
  NfSocket();

  // Opens a socket in the namespace of the calling thread; it stays there. An earlier one is
  // closed.
  absl::Status Open();
  void Close() { fd_ = UniqueFd(); }

  // A number for the next request.
  uint32_t NextSequence() { return ++sequence_; }

  // Sends the request and visits each message of the answer until its end: of a dump, or the
  // acknowledgement (NLM_F_ACK). Errors as of DecodeNfMessages(). After an error, open it anew.
  absl::Status Ask(NfRequest request, absl::FunctionRef<void(const NfMessage&)> visit);

 private:
  absl::StatusOr<size_t> Receive();

  UniqueFd fd_;
  std::vector<uint8_t> buffer_;
  uint32_t sequence_ = 0;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_NETFILTER_NF_SOCKET_H_
