#include "agent/metrics/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "agent/metrics/exposition.h"
#include "tests/agent/metrics/exposition_parser.h"

namespace berthmaster {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

MetricsSnapshot Working() {
  MetricsSnapshot agent;
  agent.version = "0.1.0";
  agent.profile = "observe";
  agent.loop_time = absl::Seconds(100);
  agent.sampled_time = absl::Seconds(95);
  agent.sample_interval = absl::Seconds(10);
  return agent;
}

SampleSummary OnePool(const std::string& label) {
  SampleSummary sample;
  sample.sample_time = absl::FromUnixSeconds(1767225600);
  SampleSummary::Pool& pool = sample.pools.emplace_back();
  pool.netns_inode = 4026532001;
  pool.netns_label = label;
  pool.pool.key = {*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("fd00::2"), 443};
  pool.pool.capacity = 400;
  pool.pool.in_use = 300;
  pool.pool.reusable = 100;
  sample.pool_count = 1;
  return sample;
}

ParsedExposition Parse(MetricsSnapshot agent, const SampleSummary& sample) {
  agent.sample = std::make_shared<const SampleSummary>(sample);
  return ParseExposition(MetricsText(agent));
}

TEST(MetricsText, NamesAPoolByNamespaceAndKey) {
  ParsedExposition parsed = Parse(Working(), OnePool("blue"));

  ASSERT_EQ(parsed.error, "");
  const std::string labels =
      "netns=\"blue\",netns_inode=\"4026532001\",kind=\"connect\","
      "pool=\"10.0.0.1 -> [fd00::2]:443\"";
  EXPECT_THAT(parsed.metrics["berthmaster_pool_in_use"].series,
              UnorderedElementsAre(Pair(labels, 300)));
  EXPECT_THAT(parsed.metrics["berthmaster_pool_capacity"].series,
              UnorderedElementsAre(Pair(labels, 400)));
  EXPECT_THAT(parsed.metrics["berthmaster_pool_utilization_ratio"].series,
              UnorderedElementsAre(Pair(labels, 0.5)));
  EXPECT_EQ(parsed.metrics["berthmaster_agent_last_sample_timestamp_seconds"].series[""],
            1767225600);
}

TEST(MetricsText, LeavesOutWhatIsNotKnown) {
  SampleSummary sample = OnePool("blue");
  ParsedExposition parsed = Parse(Working(), sample);
  EXPECT_THAT(parsed.metrics["berthmaster_pool_connections_per_second"].series, IsEmpty());
  EXPECT_THAT(parsed.metrics["berthmaster_pool_time_to_exhaustion_seconds"].series, IsEmpty());
  EXPECT_EQ(parsed.metrics.count("berthmaster_agent_last_acknowledgement_timestamp_seconds"), 0u);

  sample.pools[0].pool.connection_rate = 2.5;
  sample.pools[0].time_to_exhaustion = absl::Seconds(90);
  parsed = Parse(Working(), sample);
  EXPECT_EQ(parsed.metrics["berthmaster_pool_connections_per_second"].series.begin()->second, 2.5);
  EXPECT_EQ(parsed.metrics["berthmaster_pool_time_to_exhaustion_seconds"].series.begin()->second,
            90);
}

TEST(MetricsText, SaysWhatTheAgentItselfDoes) {
  MetricsSnapshot agent = Working();
  agent.cpu_time = absl::Milliseconds(1500);
  agent.resident_bytes = 12345678;
  agent.sample_count = 7;
  agent.dump_count = 9;
  agent.dump_retry_count = 2;
  agent.spool_count = 3;
  agent.dropped_count = 4;
  agent.limitation_count = 5;
  agent.is_attached = true;
  agent.acknowledged_time = absl::FromUnixSeconds(1767225599);
  ParsedExposition parsed = ParseExposition(MetricsText(agent));

  ASSERT_EQ(parsed.error, "");
  const auto value = [&](const std::string& name) { return parsed.metrics[name].series[""]; };
  EXPECT_EQ(value("berthmaster_agent_cpu_seconds_total"), 1.5);
  EXPECT_EQ(value("berthmaster_agent_resident_memory_bytes"), 12345678);
  EXPECT_EQ(value("berthmaster_agent_samples_total"), 7);
  EXPECT_EQ(value("berthmaster_agent_dumps_total"), 9);
  EXPECT_EQ(value("berthmaster_agent_dump_retries_total"), 2);
  EXPECT_EQ(value("berthmaster_agent_spooled_samples"), 3);
  EXPECT_EQ(value("berthmaster_agent_dropped_samples_total"), 4);
  EXPECT_EQ(value("berthmaster_agent_limitations"), 5);
  EXPECT_EQ(value("berthmaster_agent_attached"), 1);
  EXPECT_EQ(value("berthmaster_agent_sample_interval_seconds"), 10);
  EXPECT_EQ(value("berthmaster_agent_last_acknowledgement_timestamp_seconds"), 1767225599);
  EXPECT_THAT(parsed.metrics["berthmaster_agent_build_info"].series,
              UnorderedElementsAre(Pair("version=\"0.1.0\",profile=\"observe\"", 1)));
}

TEST(MetricsText, CannotBeBrokenByALabel) {
  for (const char* label : {"a\"} 1\nevil 2\n", "back\\", "\x1b[31mred", "\xff\xfe", "", "a\rb"}) {
    ParsedExposition parsed = Parse(Working(), OnePool(label));
    EXPECT_EQ(parsed.error, "") << label;
    EXPECT_EQ(parsed.metrics.count("evil"), 0u);
    EXPECT_EQ(parsed.metrics["berthmaster_pool_in_use"].series.size(), 1u);
  }
  // A quote comes back as it was, an escape code as no such thing.
  EXPECT_THAT(Parse(Working(), OnePool("a\"b")).metrics["berthmaster_pool_in_use"].series,
              UnorderedElementsAre(Pair(HasSubstr("netns=\"a\"b\""), 300)));
  EXPECT_THAT(Parse(Working(), OnePool("\x1b[31m")).metrics["berthmaster_pool_in_use"].series,
              UnorderedElementsAre(Pair(HasSubstr("netns=\"?[31m\""), 300)));
}

TEST(Exposition, WritesNumbersAsPrometheusReadsThem) {
  Exposition out;
  out.Begin("a", "gauge", "Help.");
  for (double value : {0.0, -3.0, 0.1, 1e15, 1e300, 4026532001.0}) out.Add(value);
  EXPECT_EQ(out.Take(),
            "# HELP a Help.\n# TYPE a gauge\na 0\na -3\na 0.1\na 1e+15\na 1e+300\na 4026532001\n");
}

TEST(ExpositionParser, IsStrict) {
  EXPECT_EQ(ParseExposition("# HELP a b\n# TYPE a gauge\na 1\n").error, "");
  for (const char* bad :
       {"a 1\n", "# HELP a b\na 1\n", "# HELP a b\n# TYPE a gauge\na 1",
        "# HELP a b\n# TYPE a counter\na 1\n", "# HELP a b\n# TYPE a gauge\na 1\na 2\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"c} 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n",
        "# HELP a b\n# TYPE a gauge\na{b=\"\\x\"} 1\n", "# HELP a b\n# TYPE a gauge\na one\n",
        "# HELP a b\n# TYPE a gauge\n# HELP a b\n# TYPE a gauge\n"}) {
    EXPECT_NE(ParseExposition(bad).error, "") << bad;
  }
}

TEST(CheckHealth, IsGoodWhileSamplesAreFresh) {
  MetricsSnapshot agent = Working();
  EXPECT_TRUE(CheckHealth(&agent, absl::Seconds(101)).ok());
  // A controller that is away is no reason.
  agent.is_attached = false;
  EXPECT_TRUE(CheckHealth(&agent, absl::Seconds(101)).ok());
}

TEST(CheckHealth, SaysWhatIsWrong) {
  EXPECT_EQ(CheckHealth(nullptr, absl::Seconds(1)).message(), "the agent is starting");
  MetricsSnapshot agent = Working();
  EXPECT_EQ(CheckHealth(&agent, absl::Seconds(131)).message(), "the loop has been busy for 31s");
  agent.loop_time = absl::Seconds(150);
  EXPECT_EQ(CheckHealth(&agent, absl::Seconds(151)).message(),
            "the last sample is 56s old, with one due every 10s");
  agent.sampler_failure = "PERMISSION_DENIED: no netlink";
  EXPECT_EQ(CheckHealth(&agent, absl::Seconds(151)).message(),
            "nothing can be sampled: PERMISSION_DENIED: no netlink");
  agent.sampler_failure.clear();
  agent.sampled_time.reset();
  EXPECT_EQ(CheckHealth(&agent, absl::Seconds(151)).message(), "no sample yet");
}

}  // namespace
}  // namespace berthmaster
