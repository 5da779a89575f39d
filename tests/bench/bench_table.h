#ifndef BERTHMASTER_TESTS_BENCH_BENCH_TABLE_H_
#define BERTHMASTER_TESTS_BENCH_BENCH_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace berthmaster {

// What a bench found, one row for each figure, printed as one table at the end.
class BenchTable {
 public:
  // A figure that may be at most `bar`; without a bar it is for information. `detail` says what it
  // was made of.
  void Add(const std::string& what, double figure, std::optional<double> bar,
           const std::string& detail);
  // Something that could not be measured: a missed bar when `is_barred`.
  void AddMissing(const std::string& what, bool is_barred, const std::string& why);

  // As aligned text, or as a Markdown table for a README.
  std::string ToText() const;
  std::string ToMarkdown() const;
  bool is_ok() const { return is_ok_; }

 private:
  struct Row {
    std::string what;
    std::string figure;
    std::string bar;
    std::string verdict;
    std::string detail;
  };
  std::vector<Row> rows_;
  bool is_ok_ = true;
};

// "12.3 ms", "87 us"
std::string ShortDuration(absl::Duration duration);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_BENCH_BENCH_TABLE_H_
