#include "controller/replay/report_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/controller/replay/recorded.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(BacktestTable, SaysWhatWasForetoldAndWhatHappened) {
  const std::string table = BacktestTable(Replayed(RecordedSamples("churn_into_exhaustion")));
  EXPECT_THAT(table, HasSubstr("30 samples of 1 host, 29.0 s from 2026-"));
  EXPECT_THAT(table, HasSubstr("TIME_WAIT churn"));
  EXPECT_THAT(table, HasSubstr("10.9.0.1 -> 10.9.0.2:8080"));
  EXPECT_THAT(table, HasSubstr("OCCUPANCY, forecast against what it then was"));
  EXPECT_THAT(table, HasSubstr("MOMENT OF EXHAUSTION"));
  EXPECT_THAT(BacktestTable(Replayed(RecordedSamples("loopback_reuse"))),
              HasSubstr("\nNo incident.\n"));
}

TEST(BacktestTable, PrintsNoControlCharacters) {
  std::vector<HostSample> samples = RecordedSamples("churn_into_exhaustion");
  for (HostSample& sample : samples) sample.namespaces[0].label = "x\x1b[31m\n\xff";
  const BacktestReport report = Replayed(samples);
  EXPECT_THAT(BacktestTable(report), HasSubstr("x?[31m??"));
  EXPECT_THAT(BacktestTable(report), Not(HasSubstr("\x1b")));
  EXPECT_THAT(BacktestJson(report), HasSubstr("\"x\\u001b[31m\\u000a?\""));
}

TEST(BacktestJson, HasEveryFigure) {
  const std::string json = BacktestJson(Replayed(RecordedSamples("churn_into_exhaustion")));
  EXPECT_THAT(json, HasSubstr("\"sampleCount\": 30,"));
  EXPECT_THAT(json, HasSubstr("\"cause\": \"TIME_WAIT churn\""));
  EXPECT_THAT(json, HasSubstr("\"horizonSeconds\": 120,"));
  EXPECT_THAT(json, HasSubstr("\"exhaustionFalseCount\": 0"));
}

}  // namespace
}  // namespace berthmaster
