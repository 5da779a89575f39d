#ifndef BERTHMASTER_AGENT_KERNEL_SOCKETS_WITHOUT_NET_ADMIN_H_
#define BERTHMASTER_AGENT_KERNEL_SOCKETS_WITHOUT_NET_ADMIN_H_

#include <linux/capability.h>

#include <array>

namespace berthmaster {

// Takes CAP_NET_ADMIN out of the effective capabilities of the calling thread until the object
// goes; other threads keep theirs. A thread that has it not, or cannot change its set, stays as it
// is. A sock_diag socket opened meanwhile gets rows without INET_DIAG_MARK, which nobody reads
// here, for as long as it lives: the kernel asks for the capability of whoever opened it
// (netlink_net_capable()). To be made and to go on one thread.
class WithoutNetAdmin {
 public:
  WithoutNetAdmin();
  ~WithoutNetAdmin();
  WithoutNetAdmin(const WithoutNetAdmin&) = delete;
  WithoutNetAdmin& operator=(const WithoutNetAdmin&) = delete;

 private:
  using Sets = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;
  Sets before_{};
  bool is_changed_ = false;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_KERNEL_SOCKETS_WITHOUT_NET_ADMIN_H_
