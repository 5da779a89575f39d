#ifndef BERTHMASTER_AGENT_METRICS_EXPOSITION_H_
#define BERTHMASTER_AGENT_METRICS_EXPOSITION_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// Writes Prometheus' text format 0.0.4: HELP, TYPE and the series of one metric together. Pure.
class Exposition {
 public:
  // What text/plain is called.
  static constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";

  using Labels = std::vector<std::pair<absl::string_view, absl::string_view>>;

  // Begins a metric; `type` is "gauge" or "counter". The names are ours and are not checked.
  void Begin(absl::string_view name, absl::string_view type, absl::string_view help);
  // A series of the metric begun last. Label values may be any bytes: they are escaped, and what is
  // not UTF-8 becomes '?'.
  void Add(double value, const Labels& labels = {});

  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  std::string name_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_AGENT_METRICS_EXPOSITION_H_
