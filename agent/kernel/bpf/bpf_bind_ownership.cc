#include "agent/kernel/bpf/bpf_bind_ownership.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "agent/kernel/bpf/bpf_load.h"
#include "agent/kernel/netns_thread.h"
#include "bind_ownership.skel.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kPurpose[] = "telling ports of bind() from ports of connect()";

// The kernel goes on after each million sockets only when it is asked again (EAGAIN of
// bpf_seq_read); so this bounds a walk at a billion.
constexpr int kReadsMax = 1000;

struct DestroySkeleton {
  void operator()(bind_ownership_bpf* skeleton) const { bind_ownership_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<bind_ownership_bpf, DestroySkeleton>;

// Lets the iterator walk to its end. The program writes nothing to its file.
absl::Status Walk(int iterator_fd) {
  for (int reads = 0; reads < kReadsMax; ++reads) {
    std::array<char, 64> unused{};
    const ssize_t size = read(iterator_fd, unused.data(), unused.size());
    if (size == 0) return absl::OkStatus();
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
      return ErrnoStatus(errno, "walk over the TCP sockets with BPF");
    }
  }
  return absl::ResourceExhaustedError("the BPF walk over the TCP sockets did not end");
}

class BpfBindOwnershipReader final : public BindOwnershipReader {
 public:
  explicit BpfBindOwnershipReader(Skeleton skeleton) : skeleton_(std::move(skeleton)) {}

  absl::StatusOr<PortSet> ReadClosedPorts(const NetnsEntry& netns) override {
    UniqueFd iterator;
    // An iterator shows the sockets of the namespace in which it was made.
    BERTHMASTER_RETURN_IF_ERROR(
        RunInNetns({netns.fd->get(), netns.id.inode}, [this, &iterator]() -> absl::Status {
          const int fd = bpf_iter_create(bpf_link__fd(skeleton_->links.collect_closed_ports));
          if (fd < 0) return ErrnoStatus(-fd, "begin a BPF walk over the TCP sockets");
          iterator = UniqueFd(fd);
          return absl::OkStatus();
        }));
    auto& words = skeleton_->bss->closed_ports;
    std::memset(words, 0, sizeof(words));
    BERTHMASTER_RETURN_IF_ERROR(Walk(iterator.get()));

    PortSet ports;
    constexpr int kBitsPerWord = 64;
    for (size_t index = 0; index < std::size(words); ++index) {
      for (uint64_t rest = words[index]; rest != 0; rest &= rest - 1) {
        ports.Add(static_cast<int>(index) * kBitsPerWord + __builtin_ctzll(rest));
      }
    }
    return ports;
  }

 private:
  Skeleton skeleton_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BindOwnershipReader>> MakeBpfBindOwnershipReader() {
  BERTHMASTER_RETURN_IF_ERROR(PrepareBpf());
  Skeleton skeleton(bind_ownership_bpf__open());
  if (skeleton == nullptr) return BpfRefusal(errno, kPurpose);
  int error = bind_ownership_bpf__load(skeleton.get());
  if (error == 0) error = bind_ownership_bpf__attach(skeleton.get());
  if (error != 0) return BpfRefusal(-error, kPurpose);
  return std::make_unique<BpfBindOwnershipReader>(std::move(skeleton));
}

}  // namespace berthmaster
