#include "agent/kernel/bpf/bpf_bind_ownership.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "agent/kernel/bpf/bind_ownership_walk.h"
#include "agent/kernel/bpf/bpf_load.h"
#include "agent/kernel/netns/netns_thread.h"
#include "bind_ownership.skel.h"
#include "common/file/file.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr char kPurpose[] = "telling ports of bind() from ports of connect()";

// The kernel makes the table no larger (tcp_init() in net/ipv4/tcp.c).
constexpr uint32_t kBucketHeadsMax = 64 * 1024;
// The kernel goes on after each million sockets only when it is asked again (EAGAIN of
// bpf_seq_read); so this bounds a walk at a billion.
constexpr int kReadsMax = 1000;

struct DestroySkeleton {
  void operator()(bind_ownership_bpf* skeleton) const { bind_ownership_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<bind_ownership_bpf, DestroySkeleton>;

// Looks through the table of bind buckets for those of the calling thread's namespace.
absl::Status WalkBuckets(int program_fd) {
  uint32_t size = 1;
  for (uint32_t first = 0; first < size; first += kBucketHeadsPerRun) {
    uint64_t argument = first;
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.ctx_in = &argument;
    options.ctx_size_in = sizeof(argument);
    if (const int error = bpf_prog_test_run_opts(program_fd, &options); error != 0) {
      return ErrnoStatus(-error, "look through the kernel's bind buckets with BPF");
    }
    size = options.retval;
    if (size == 0 || size > kBucketHeadsMax) {
      return absl::InternalError("BPF finds no table of bind buckets in this kernel");
    }
  }
  return absl::OkStatus();
}

// Lets the iterator walk to its end. The program writes nothing to its file.
absl::Status WalkSockets(int link_fd) {
  // Of the sockets of the namespace in which it is made.
  const UniqueFd iterator(bpf_iter_create(link_fd));
  if (!iterator.valid()) return ErrnoStatus(errno, "begin a BPF walk over the TCP sockets");
  for (int reads = 0; reads < kReadsMax; ++reads) {
    std::array<char, 64> unused{};
    const ssize_t size = read(iterator.get(), unused.data(), unused.size());
    if (size == 0) return absl::OkStatus();
    if (size < 0 && errno != EAGAIN && errno != EINTR) {
      return ErrnoStatus(errno, "walk over the TCP sockets with BPF");
    }
  }
  return absl::ResourceExhaustedError("the BPF walk over the TCP sockets did not end");
}

PortSet ToPortSet(const __u64 (&words)[1024]) {
  constexpr int kBitsPerWord = 64;
  PortSet ports;
  for (size_t index = 0; index < std::size(words); ++index) {
    for (uint64_t rest = words[index]; rest != 0; rest &= rest - 1) {
      ports.Add(static_cast<int>(index) * kBitsPerWord + __builtin_ctzll(rest));
    }
  }
  return ports;
}

class BpfBindOwnershipReader final : public BindOwnershipReader {
 public:
  BpfBindOwnershipReader(Skeleton skeleton, BindOwnershipWay way)
      : skeleton_(std::move(skeleton)), way_(way) {}

  absl::StatusOr<PortSet> ReadClosedPorts(const NetnsEntry& netns) override {
    // Shared with the program.
    auto& shared = *skeleton_->bss;
    std::memset(shared.closed_ports, 0, sizeof(shared.closed_ports));
    shared.cut_chain_count = 0;
    BERTHMASTER_RETURN_IF_ERROR(RunInNetns({netns.fd->get(), netns.id.inode}, [this] {
      return way_ == BindOwnershipWay::kBuckets
                 ? WalkBuckets(bpf_program__fd(skeleton_->progs.collect_from_buckets))
                 : WalkSockets(bpf_link__fd(skeleton_->links.collect_from_sockets));
    }));
    if (shared.cut_chain_count != 0) {
      return absl::ResourceExhaustedError(
          "the kernel's bind buckets are too many to look through with BPF");
    }
    return ToPortSet(shared.closed_ports);
  }

 private:
  Skeleton skeleton_;
  const BindOwnershipWay way_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<BindOwnershipReader>> MakeBpfBindOwnershipReader(
    BindOwnershipWay way) {
  BERTHMASTER_RETURN_IF_ERROR(PrepareBpf());
  Skeleton skeleton(bind_ownership_bpf__open());
  if (skeleton == nullptr) return BpfRefusal(errno, kPurpose);
  const bool is_by_buckets = way == BindOwnershipWay::kBuckets;
  bpf_program__set_autoload(skeleton->progs.collect_from_buckets, is_by_buckets);
  bpf_program__set_autoload(skeleton->progs.collect_from_sockets, !is_by_buckets);
  int error = bind_ownership_bpf__load(skeleton.get());
  // That of the buckets is attached to nothing: it is run by its descriptor.
  if (error == 0 && !is_by_buckets) error = bind_ownership_bpf__attach(skeleton.get());
  if (error != 0) return BpfRefusal(-error, kPurpose);
  return std::make_unique<BpfBindOwnershipReader>(std::move(skeleton), way);
}

absl::StatusOr<std::unique_ptr<BindOwnershipReader>> MakeBpfBindOwnershipReader() {
  auto by_buckets = MakeBpfBindOwnershipReader(BindOwnershipWay::kBuckets);
  if (by_buckets.ok()) return by_buckets;
  auto by_sockets = MakeBpfBindOwnershipReader(BindOwnershipWay::kSockets);
  return by_sockets.ok() ? std::move(by_sockets) : std::move(by_buckets);
}

}  // namespace berthmaster
