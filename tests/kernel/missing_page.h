#ifndef BERTHMASTER_TESTS_KERNEL_MISSING_PAGE_H_
#define BERTHMASTER_TESTS_KERNEL_MISSING_PAGE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/file/file.h"

namespace berthmaster {

// A page of memory that is not there until somebody provides it (userfaultfd): a system call that
// reads it waits, with the locks it holds.
class MissingPage {
 public:
  // UNIMPLEMENTED or PERMISSION_DENIED where the kernel does not give it.
  static absl::StatusOr<std::unique_ptr<MissingPage>> Make();
  // Provides it first.
  ~MissingPage();
  MissingPage(const MissingPage&) = delete;
  MissingPage& operator=(const MissingPage&) = delete;

  void* data() const { return data_; }
  // Returns when somebody waits for the page.
  void WaitUntilMissed() const;
  void Provide();

 private:
  MissingPage() = default;

  UniqueFd fd_;
  void* data_ = nullptr;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_KERNEL_MISSING_PAGE_H_
