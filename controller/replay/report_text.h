#ifndef BERTHMASTER_CONTROLLER_REPLAY_REPORT_TEXT_H_
#define BERTHMASTER_CONTROLLER_REPLAY_REPORT_TEXT_H_

#include <string>

#include "controller/replay/backtest_report.h"

namespace berthmaster {

// A report for people: incidents, then forecasts by pool and horizon, then what could not be
// judged. Moments count from the first sample. What names of hosts and namespaces hold beside
// printable ASCII is written as '?', since others chose them.
std::string BacktestTable(const BacktestReport& report);

// The same for programs: one JSON object that ends with a line end. Times are RFC 3339, durations
// seconds, shares 0 to 1; what is not known is null. Field names are those of the report's structs
// in camel case, with the unit.
std::string BacktestJson(const BacktestReport& report);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_REPLAY_REPORT_TEXT_H_
