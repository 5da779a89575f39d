#include "agent/kernel/netns/process_netns.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agent/kernel/fake_tree.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(ProcessNetns, FindsTheLeadingProcessOfEachNamespace) {
  FakeTree proc;
  proc.AddLink("1/ns/net", "net:[100]");
  proc.AddLink("20/ns/net", "net:[200]");
  proc.AddLink("30/ns/net", "net:[100]");
  proc.AddLink("40/ns/net", "mnt:[300]");  // no such thing in a kernel
  proc.AddDirectory("50/ns");              // a zombie
  proc.AddFile("self/ns/net", "");
  ProcessNetns processes(proc.path());

  processes.Look();

  // Directories of disks are not in order, so either of the two may come first.
  EXPECT_EQ(processes.leading().size(), 2u);
  EXPECT_EQ(processes.leading().at(200), 20);
  EXPECT_EQ(processes.refused_count(), 0);
}

TEST(ProcessNetns, SeesAYoungProcessChangeAtOnceAndASettledOneSoon) {
  FakeTree proc;
  proc.AddLink("20/ns/net", "net:[200]");
  ProcessNetns processes(proc.path());
  processes.Look();
  proc.Remove("20/ns/net");
  proc.AddLink("20/ns/net", "net:[300]");
  processes.Look();
  EXPECT_THAT(processes.leading(), ElementsAre(Pair(300, 20)));
  for (uint32_t look = 0; look < kYoungLooks; ++look) processes.Look();

  proc.Remove("20/ns/net");
  proc.AddLink("20/ns/net", "net:[400]");
  for (uint32_t look = 0; look < kSettledLooks; ++look) processes.Look();

  EXPECT_THAT(processes.leading(), ElementsAre(Pair(400, 20)));
}

TEST(ProcessNetns, ForgetsAProcessThatIsGone) {
  FakeTree proc;
  proc.AddLink("20/ns/net", "net:[200]");
  ProcessNetns processes(proc.path());
  for (uint32_t look = 0; look <= kYoungLooks; ++look) processes.Look();
  proc.Remove("20");

  processes.Look();

  EXPECT_THAT(processes.leading(), IsEmpty());
}

TEST(ProcessNetns, SeesNothingWithoutProc) {
  ProcessNetns processes("/no/such/directory");

  processes.Look();

  EXPECT_THAT(processes.leading(), IsEmpty());
}

}  // namespace
}  // namespace berthmaster
