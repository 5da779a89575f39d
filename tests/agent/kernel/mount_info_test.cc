#include "agent/kernel/netns/mount_info.h"

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

TEST(MountInfo, FindsNamespaces) {
  const auto named = ParseMountLine(
      "1207 29 0:4 net:[4026532281] /run/netns/blue rw shared:5 master:2 - nsfs nsfs rw");
  ASSERT_TRUE(named.has_value());
  EXPECT_EQ(named->mount_point, "/run/netns/blue");
  EXPECT_EQ(NetnsInodeOf(*named), 4026532281u);
  // Without an optional field.
  const auto plain = ParseMountLine("1207 29 0:4 net:[7] /run/docker/netns/1a2b rw - nsfs nsfs rw");
  EXPECT_EQ(NetnsInodeOf(plain.value()), 7u);
}

TEST(MountInfo, KnowsOtherMounts) {
  const auto root =
      ParseMountLine("22 1 254:0 / / rw,relatime - ext4 /dev/vda rw,resuid=65534").value();
  EXPECT_EQ(root.root, "/");
  EXPECT_EQ(root.mount_point, "/");
  EXPECT_EQ(root.file_system, "ext4");
  EXPECT_EQ(NetnsInodeOf(root), std::nullopt);
  // A namespace of another kind; a directory that is called like one.
  EXPECT_EQ(NetnsInodeOf(*ParseMountLine("9 1 0:4 mnt:[4026532290] /x rw - nsfs nsfs rw")),
            std::nullopt);
  EXPECT_EQ(NetnsInodeOf(*ParseMountLine("9 1 0:4 net:[5] /x rw - ext4 /dev/vda rw")),
            std::nullopt);
  for (const char* root_text :
       {"net:[]", "net:[-1]", "net:[5", "net:[5]x", "net:[0x5]", "net:[99999999999999999999]"}) {
    EXPECT_EQ(NetnsInodeOf({root_text, "/x", "nsfs"}), std::nullopt) << root_text;
  }
}

TEST(MountInfo, RefusesWhatIsNoLine) {
  for (const char* line :
       {"", " ", "1 2 3", "1 2 3 / /x", "1 2 3 / /x rw", "1 2 3 / /x rw shared:1",
        "1 2 3 / /x rw -", "1 2 3  /x rw - ext4 x rw", "-------"}) {
    EXPECT_FALSE(ParseMountLine(line).has_value()) << line;
  }
}

TEST(MountInfo, Unescapes) {
  EXPECT_EQ(UnescapeMountText(R"(/a\040b\011c\012d\134e)"), "/a b\tc\nd\\e");
  EXPECT_EQ(UnescapeMountText(R"(/a\04)"), R"(/a\04)");
  EXPECT_EQ(UnescapeMountText(R"(\999\)"), R"(\999\)");
}

}  // namespace
}  // namespace berthmaster
