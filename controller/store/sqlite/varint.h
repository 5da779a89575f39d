#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_VARINT_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_VARINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace berthmaster {

// Whole numbers in few bytes: LEB128, signed ones zigzag (as in protocol buffers). Readers take
// their bytes from the front of `in` and give nothing when it does not hold what it should.

void PutUnsigned(uint64_t value, std::string& out);
void PutSigned(int64_t value, std::string& out);
std::optional<uint64_t> TakeUnsigned(absl::string_view& in);
std::optional<int64_t> TakeSigned(absl::string_view& in);

// A column: the difference from value to value, and a run of equal ones as one pair of numbers, so
// that what never changes costs some bytes in all. The count is not in it.
void PutColumn(absl::Span<const int64_t> values, std::string& out);
std::optional<std::vector<int64_t>> TakeColumn(size_t count, absl::string_view& in);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_VARINT_H_
