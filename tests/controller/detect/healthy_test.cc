// What looks alarming and is not: no incident may come of it.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/common/forecast/pool_simulator.h"
#include "tests/controller/detect/host_simulator.h"

namespace berthmaster {
namespace {

class Healthy : public ::testing::TestWithParam<RateStyle> {
 protected:
  PoolSimulator::Options Load(std::function<double(double)> rate, double hold = 0.02) {
    PoolSimulator::Options options;
    options.rate = std::move(rate);
    options.hold = hold;
    options.rate_style = GetParam();
    return options;
  }
  static void ExpectSilence(PoolSimulator& pool, double until, double interval = 1) {
    HostSimulator host;
    host.Run(pool, until, interval);
    for (const Incident& incident : host.Incidents()) {
      ADD_FAILURE() << incident.summary << "; " << incident.timeline.front().text << ", after "
                    << *host.opened_at() << " s";
    }
  }
};

TEST_P(Healthy, ChurnThatSettlesAtSixtyPercent) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    PoolSimulator::Options options = Load([](double) { return 3.93; });
    options.random_arrivals = true;
    options.seed = seed;
    PoolSimulator pool(options);
    ExpectSilence(pool, 600);
  }
}

TEST_P(Healthy, AShortBurst) {
  for (double seconds : {0.1, 0.5, 1.0, 2.0}) {
    for (int count : {100, 200, 300}) {
      for (double phase : {0.0, 0.25, 0.5, 0.75, 0.95}) {
        SCOPED_TRACE(testing::Message() << count << " in " << seconds << " s at " << phase);
        double start = 3 + phase;
        double rate = count / seconds;
        PoolSimulator pool(
            Load([=](double t) { return t >= start && t < start + seconds ? rate : 0.0; }));
        ExpectSilence(pool, 100);
      }
    }
  }
}

TEST_P(Healthy, AShortBurstSampledFiveTimesASecond) {
  for (double seconds : {0.5, 1.0, 2.0}) {
    SCOPED_TRACE(seconds);
    double rate = 300 / seconds;
    PoolSimulator pool(Load([=](double t) { return t >= 3 && t < 3 + seconds ? rate : 0.0; }));
    ExpectSilence(pool, 100, 0.2);
  }
}

TEST_P(Healthy, AStartUpSpikeBeforeASteadyLoad) {
  PoolSimulator pool(Load([](double t) { return t < 1.5 ? 100.0 : 2.0; }));
  ExpectSilence(pool, 200);
}

TEST_P(Healthy, AnApplicationThatFillsItsOwnPool) {
  for (double rate : {20.0, 80.0, 1000.0}) {
    SCOPED_TRACE(testing::Message() << rate << " a second");
    PoolSimulator::Options options = Load([rate](double t) { return t * rate < 240 ? rate : 0; });
    options.hold.reset();
    PoolSimulator pool(options);
    ExpectSilence(pool, 300);
  }
}

TEST_P(Healthy, ABigHonestPoolAtSixtyPercent) {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    PoolSimulator::Options options = Load([](double) { return 24.0; }, 10);
    options.closed_here_share = 0;
    options.random_arrivals = true;
    options.seed = seed;
    PoolSimulator pool(options);
    ExpectSilence(pool, 600);
  }
}

TEST_P(Healthy, AnHonestPoolThatWandersAroundSixtyPercent) {
  for (uint32_t seed = 100; seed <= 125; ++seed) {
    PoolSimulator::Options options = Load([](double) { return 24.0; }, 10);
    options.live_at_start = 240;
    options.random_hold = true;
    options.random_arrivals = true;
    options.closed_here_share = 0;
    options.seed = seed;
    PoolSimulator pool(options);
    ExpectSilence(pool, 600);
  }
}

TEST_P(Healthy, LongConnectionsWithRareCloses) {
  for (uint32_t seed = 1; seed <= 10; ++seed) {
    // 240 from the start, each replaced after ten minutes or so.
    PoolSimulator::Options options = Load([](double) { return 0.4; }, 600);
    options.live_at_start = 240;
    options.random_hold = true;
    options.closed_here_share = 0;
    options.random_arrivals = true;
    options.seed = seed;
    PoolSimulator pool(options);
    ExpectSilence(pool, 590);
  }
}

TEST_P(Healthy, LoopbackTimeWaitThatIsReusable) {
  PoolSimulator::Options options = Load([](double) { return 100.0; });
  options.reuse_delay = 1;
  PoolSimulator pool(options);
  HostSimulator host;
  for (int second = 1; second <= 120; ++second) {
    pool.AdvanceTo(second);
    PoolSample sample = pool.Sample();
    sample.key = {*IpAddress::Parse("127.0.0.1"), *IpAddress::Parse("127.0.0.1"), 8080};
    host.Observe(second, {sample});
  }
  EXPECT_TRUE(host.Incidents().empty()) << host.Only().summary;
  EXPECT_EQ(pool.first_failure(), std::nullopt);
}

TEST_P(Healthy, TwentyThousandServerSideTimeWait) {
  PoolSimulator::Options options = Load([](double t) { return t < 10 ? 2000.0 : 330; });
  options.capacity = 131072;
  PoolSimulator pool(options);
  HostSimulator host;
  for (int second = 1; second <= 100; ++second) {
    pool.AdvanceTo(second);
    PoolSample table = pool.Sample();
    table.kind = PoolKind::kTimeWaitTable;
    host.Observe(second, {table});
  }
  EXPECT_TRUE(host.Incidents().empty());
}

TEST_P(Healthy, PeerClosesFirst) {
  PoolSimulator::Options options = Load([](double) { return 50.0; }, 0.1);
  options.closed_here_share = 0;
  PoolSimulator pool(options);
  ExpectSilence(pool, 120);
}

TEST_P(Healthy, LongIntervals) {
  for (double interval : {5.0, 10.0, 30.0}) {
    PoolSimulator churn(Load([](double) { return 3.9; }));
    ExpectSilence(churn, 600, interval);
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, Healthy,
                         ::testing::Values(RateStyle::kFiveSeconds, RateStyle::kAgent),
                         [](const auto& style) {
                           return style.param == RateStyle::kAgent ? "Agent" : "FiveSeconds";
                         });

}  // namespace
}  // namespace berthmaster
