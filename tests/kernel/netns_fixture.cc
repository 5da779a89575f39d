#include "tests/kernel/netns_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/kernel/netns/netns_thread.h"
#include "agent/kernel/netns/sysctl_file.h"
#include "common/net/ip_address.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kNamedDirectory[] = "/run/netns";
// A millisecond each.
constexpr int kAddressTriesMax = 5000;

// struct in6_ifreq of linux/ipv6.h, which does not go together with netinet/in.h.
struct Ipv6AddressRequest {
  in6_addr address;
  uint32_t prefix_bits;
  int interface_index;
};

absl::Status Ioctl(int family, unsigned long request, void* argument, absl::string_view what) {
  UniqueFd fd(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoStatus(errno, "socket");
  if (ioctl(fd.get(), request, argument) != 0) return ErrnoStatus(errno, what);
  return absl::OkStatus();
}

absl::Status RaiseLoopback() {
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return Ioctl(AF_INET, SIOCSIFFLAGS, &request, "raise lo");
}

absl::Status AddIpv4(const IpAddress& address, int number) {
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof(request.ifr_name), "lo:%d", number);
  auto* socket_address = reinterpret_cast<sockaddr_in*>(&request.ifr_addr);
  socket_address->sin_family = AF_INET;
  std::memcpy(&socket_address->sin_addr, address.data(), address.size());
  return Ioctl(AF_INET, SIOCSIFADDR, &request, absl::StrCat("add ", address.ToString()));
}

// A kernel thread makes a new address usable, soon but not at once (addrconf_dad_work).
absl::Status AwaitIpv6(const in6_addr& address) {
  sockaddr_in6 local{};
  local.sin6_family = AF_INET6;
  local.sin6_addr = address;
  for (int tries = 0; tries < kAddressTriesMax; ++tries) {
    UniqueFd fd(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (bind(fd.get(), reinterpret_cast<sockaddr*>(&local), sizeof(local)) == 0) {
      return absl::OkStatus();
    }
    poll(nullptr, 0, 1);
  }
  return absl::DeadlineExceededError("the new IPv6 address does not become usable");
}

absl::Status AddIpv6(const IpAddress& address) {
  Ipv6AddressRequest request{};
  std::memcpy(&request.address, address.data(), address.size());
  request.prefix_bits = 128;
  request.interface_index = static_cast<int>(if_nametoindex("lo"));
  BERTHMASTER_RETURN_IF_ERROR(
      Ioctl(AF_INET6, SIOCSIFADDR, &request, absl::StrCat("add ", address.ToString())));
  return AwaitIpv6(request.address);
}

// Makes the namespace of the calling thread a new one and gives it the name.
absl::Status MakeNamed(const std::string& path) {
  if (unshare(CLONE_NEWNET) != 0) return ErrnoStatus(errno, "unshare(CLONE_NEWNET)");
  if (mkdir(kNamedDirectory, 0755) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, kNamedDirectory);
  }
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file.valid()) return ErrnoStatus(errno, path);
  if (mount("/proc/thread-self/ns/net", path.c_str(), "none", MS_BIND, nullptr) != 0) {
    const int error_number = errno;
    unlink(path.c_str());
    return ErrnoStatus(error_number, absl::StrCat("mount ", path));
  }
  return RaiseLoopback();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ScopedNetns>> ScopedNetns::Make() {
  static std::atomic<int> made_count = 0;
  std::unique_ptr<ScopedNetns> netns(new ScopedNetns());
  netns->name_ = absl::StrCat("bmtest-", getpid(), "-", ++made_count);
  const std::string path = absl::StrCat(kNamedDirectory, "/", netns->name_);
  absl::Status status;
  std::thread maker([&] {
    status = MakeNamed(path);
    if (!status.ok()) return;
    absl::StatusOr<uint64_t> cookie = CurrentNetnsCookie();
    absl::StatusOr<uint64_t> inode = CurrentNetnsInode();
    status = cookie.status();
    status.Update(inode.status());
    if (status.ok()) netns->id_ = {*cookie, *inode};
  });
  maker.join();
  BERTHMASTER_RETURN_IF_ERROR(status);
  netns->fd_ = UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!netns->fd_.valid()) return ErrnoStatus(errno, path);
  return netns;
}

ScopedNetns::~ScopedNetns() { RemoveName(); }

void ScopedNetns::RemoveName() {
  const std::string path = absl::StrCat(kNamedDirectory, "/", name_);
  umount2(path.c_str(), MNT_DETACH);
  unlink(path.c_str());
}

void ScopedNetns::RunInside(absl::FunctionRef<void()> work) const {
  std::thread inside([&] {
    absl::Status status = RunInNetns({fd_.get(), id_.inode}, [&] {
      work();
      return absl::OkStatus();
    });
    if (status.ok()) return;
    std::fprintf(stderr, "cannot run in %s: %s\n", name_.c_str(), status.ToString().c_str());
    std::abort();
  });
  inside.join();
}

absl::Status ScopedNetns::AddAddress(absl::string_view address) {
  BERTHMASTER_ASSIGN_OR_RETURN(IpAddress parsed, IpAddress::Parse(address));
  absl::Status status;
  const int number = ++address_count_;
  RunInside([&] { status = parsed.is_v4() ? AddIpv4(parsed, number) : AddIpv6(parsed); });
  return status;
}

absl::Status ScopedNetns::SetSysctl(absl::string_view sysctl, absl::string_view value) {
  BERTHMASTER_ASSIGN_OR_RETURN(const uint64_t outside_inode, CurrentNetnsInode());
  absl::Status status;
  RunInside([&] {
    absl::StatusOr<uint64_t> inode = CurrentNetnsInode();
    if (!inode.ok() || *inode != id_.inode || *inode == outside_inode) {
      status = absl::FailedPreconditionError("not inside the test's namespace; nothing written");
      return;
    }
    status = WriteSysctlFile(sysctl, value);
  });
  return status;
}

absl::StatusOr<std::string> ScopedNetns::GetSysctl(absl::string_view sysctl) const {
  absl::StatusOr<std::string> value;
  RunInside([&] { value = ReadSysctlFile(sysctl); });
  return value;
}

bool CanMakeNetns() {
  bool can = false;
  std::thread trier([&can] { can = unshare(CLONE_NEWNET) == 0; });
  trier.join();
  return can;
}

}  // namespace berthmaster
