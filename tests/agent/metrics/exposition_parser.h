#ifndef BERTHMASTER_TESTS_AGENT_METRICS_EXPOSITION_PARSER_H_
#define BERTHMASTER_TESTS_AGENT_METRICS_EXPOSITION_PARSER_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"

namespace berthmaster {

// One metric of an exposition.
struct ParsedMetric {
  std::string type;
  std::string help;
  // By labels, as in {a="b",c="d"} with the values unescaped; "" without labels.
  std::map<std::string, double> series;
};

// Prometheus' text format 0.0.4, read as strictly as its documents allow: every metric has HELP and
// TYPE once and before its series, the lines of a metric stand together, names and labels are
// legal, labels are not repeated, no series comes twice, a counter ends in _total and is not
// negative, every line ends with \n. On a violation `error` says where.
struct ParsedExposition {
  std::map<std::string, ParsedMetric> metrics;
  std::string error;
};
ParsedExposition ParseExposition(absl::string_view text);

}  // namespace berthmaster

#endif  // BERTHMASTER_TESTS_AGENT_METRICS_EXPOSITION_PARSER_H_
