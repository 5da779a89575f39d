#include "tests/kernel/missing_page.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "common/status/annotate.h"

namespace berthmaster {
namespace {

constexpr size_t kPageBytes = 4096;

}  // namespace

absl::StatusOr<std::unique_ptr<MissingPage>> MissingPage::Make() {
  auto page = std::unique_ptr<MissingPage>(new MissingPage());
  page->fd_ = UniqueFd(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC)));
  if (!page->fd_.valid()) return ErrnoStatus(errno, "userfaultfd");
  uffdio_api api{};
  api.api = UFFD_API;
  if (ioctl(page->fd_.get(), UFFDIO_API, &api) != 0) return ErrnoStatus(errno, "UFFDIO_API");
  void* data =
      mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return ErrnoStatus(errno, "mmap");
  page->data_ = data;
  uffdio_register range{};
  range.range = {reinterpret_cast<uint64_t>(data), kPageBytes};
  range.mode = UFFDIO_REGISTER_MODE_MISSING;
  if (ioctl(page->fd_.get(), UFFDIO_REGISTER, &range) != 0) {
    return ErrnoStatus(errno, "UFFDIO_REGISTER");
  }
  return page;
}

MissingPage::~MissingPage() {
  if (data_ == nullptr) return;
  Provide();
  munmap(data_, kPageBytes);
}

void MissingPage::WaitUntilMissed() const {
  pollfd event = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
  constexpr int kLimitMs = 10'000;
  poll(&event, 1, kLimitMs);
}

void MissingPage::Provide() {
  uffdio_zeropage zero{};
  zero.range = {reinterpret_cast<uint64_t>(data_), kPageBytes};
  // EEXIST when it is there already.
  ioctl(fd_.get(), UFFDIO_ZEROPAGE, &zero);
}

}  // namespace berthmaster
