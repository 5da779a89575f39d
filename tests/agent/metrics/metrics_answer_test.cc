#include "agent/metrics/metrics_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berthmaster {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kNow = absl::Seconds(100);

MetricsSnapshot Working() {
  MetricsSnapshot agent;
  agent.loop_time = kNow;
  agent.sampled_time = kNow;
  agent.sample_interval = absl::Seconds(10);
  return agent;
}

MetricsAnswer Ask(absl::string_view target, absl::string_view host = "127.0.0.1:7601",
                  const Endpoint& listen = {"127.0.0.1", 7601}) {
  const MetricsSnapshot agent = Working();
  return AnswerMetrics({true, target, host}, listen, &agent, kNow);
}

TEST(MetricsAnswer, KnowsTwoPaths) {
  MetricsAnswer metrics = Ask("/metrics?x=1");
  EXPECT_EQ(metrics.code, 200);
  EXPECT_EQ(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(metrics.body, HasSubstr("\nberthmaster_agent_samples_total 0\n"));
  EXPECT_EQ(Ask("/healthz").code, 200);
  EXPECT_EQ(Ask("/healthz").body, "ok\n");
  EXPECT_EQ(Ask("/").code, 404);
  EXPECT_EQ(Ask("").code, 404);
}

TEST(MetricsAnswer, SaysWhyItIsNotWell) {
  MetricsSnapshot agent = Working();
  agent.sampler_failure = "no netlink";
  MetricsAnswer answer =
      AnswerMetrics({true, "/healthz", "localhost"}, {"127.0.0.1", 1}, &agent, kNow);
  EXPECT_EQ(answer.code, 503);
  EXPECT_EQ(answer.body, "nothing can be sampled: no netlink\n");
  EXPECT_EQ(AnswerMetrics({true, "/metrics", "localhost"}, {"127.0.0.1", 1}, nullptr, kNow).code,
            503);
}

TEST(MetricsAnswer, OnlyReads) {
  EXPECT_EQ(AnswerMetrics({false, "/metrics", "localhost"}, {"127.0.0.1", 1}, nullptr, kNow).code,
            405);
}

TEST(MetricsAnswer, AnswersOnLoopbackToNamesOfThisMachineOnly) {
  for (const char* host :
       {"localhost", "localhost:7601", "127.0.0.1", "[::1]:7601", "127.9.9.9:1"}) {
    EXPECT_EQ(Ask("/healthz", host).code, 200) << host;
  }
  for (const char* host : {"evil.example:7601", "", "[", "127.0.0.1.evil.example"}) {
    EXPECT_EQ(Ask("/healthz", host).code, 403) << host;
  }
  EXPECT_EQ(Ask("/healthz", "node-7:7601", {"0.0.0.0", 7601}).code, 200);
}

}  // namespace
}  // namespace berthmaster
