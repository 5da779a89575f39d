// The publisher is killed while it writes; what a reader finds is always whole. Forks, so apart
// from everything that has threads.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/advise/advice_publisher.h"
#include "common/clock/clock.h"
#include "common/wire/advice_json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/advise/advise_fixture.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;

class AdviceCrashTest : public AdviseTest {};

// Large enough that the kernel takes it in many pages.
std::vector<DesiredAdvice> Much(int connection_pool_size) {
  std::vector<DesiredAdvice> much(300, CheckoutAdvice());
  for (size_t i = 0; i < much.size(); ++i) {
    much[i].destination_port = static_cast<uint16_t>(i + 1);
    much[i].connection_pool_size = connection_pool_size;
  }
  return much;
}

[[noreturn]] void PublishForEver(const std::string& directory) {
  LinuxClock clock;
  AdviceBoard board;
  AdvicePublisher publisher(directory, clock, board);
  for (int size = 1;; size = size % 1000 + 1) publisher.Publish(Much(size));
}

TEST_F(AdviceCrashTest, NeverLeavesATornFile) {
  const std::string name = "shop%2Fcheckout.json";
  LinuxClock clock;
  {
    AdviceBoard board;
    AdvicePublisher(Directory(), clock, board).Publish(Much(1000));
  }
  for (int round = 0; round < 8; ++round) {
    const pid_t writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) PublishForEver(Directory());
    // Kills it at another moment each time: after so many looks of a reader.
    for (int look = 0; look <= 3 * round; ++look) {
      const absl::StatusOr<WorkloadAdvice> found = ParseWorkloadAdviceJson(Read(name));
      ASSERT_TRUE(found.ok()) << found.status();
      ASSERT_EQ(found->advice.size(), 300u);
      ASSERT_EQ(found->advice.front().connection_pool_size,
                found->advice.back().connection_pool_size);
    }
    kill(writer, SIGKILL);
    ASSERT_EQ(waitpid(writer, nullptr, 0), writer);
    EXPECT_TRUE(ParseWorkloadAdviceJson(Read(name)).ok());
    AdviceBoard board;
    AdvicePublisher again(Directory(), clock, board);
    EXPECT_THAT(Names(), ElementsAre(name)) << "temporary files of the killed one are gone";
  }
}

}  // namespace
}  // namespace berthmaster
