#include "agent/kernel/sockets/without_net_admin.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace berthmaster {
namespace {

// 0 is the calling thread.
__user_cap_header_struct Header() { return {_LINUX_CAPABILITY_VERSION_3, 0}; }

}  // namespace

WithoutNetAdmin::WithoutNetAdmin() {
  __user_cap_header_struct header = Header();
  if (syscall(SYS_capget, &header, before_.data()) != 0) return;
  Sets without = before_;
  without[CAP_TO_INDEX(CAP_NET_ADMIN)].effective &= ~CAP_TO_MASK(CAP_NET_ADMIN);
  is_changed_ = without[CAP_TO_INDEX(CAP_NET_ADMIN)].effective !=
                    before_[CAP_TO_INDEX(CAP_NET_ADMIN)].effective &&
                syscall(SYS_capset, &header, without.data()) == 0;
}

WithoutNetAdmin::~WithoutNetAdmin() {
  __user_cap_header_struct header = Header();
  // Cannot fail: what is permitted may always be made effective.
  if (is_changed_) syscall(SYS_capset, &header, before_.data());
}

}  // namespace berthmaster
