#include "cli/print.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "berthmaster/v1/pool.pb.h"

namespace berthmaster {
namespace {

v1::ListPoolsResponse OnePool() {
  v1::ListPoolsResponse response;
  v1::Pool& pool = *response.add_pools();
  pool.set_name("hosts/a/netns/7/pools/10.0.0.1-10.0.0.2-80");
  pool.set_netns_inode(4026531840);
  pool.set_capacity(400);
  return response;
}

TEST(Print, JsonHasTheWordsOfTheContractAndItsZeros) {
  std::string json = *ToJson(OnePool());

  EXPECT_TRUE(absl::StrContains(json, "\"capacity\": 400")) << json;
  EXPECT_TRUE(absl::StrContains(json, "\"inUse\": 0")) << json;
  EXPECT_TRUE(absl::StrContains(json, "\"destinationPort\": 0")) << json;
  EXPECT_FALSE(absl::StrContains(json, "connectionRate")) << "unknown is absent: " << json;
}

TEST(Print, JsonOfAnEmptyListHasTheEmptyList) {
  EXPECT_TRUE(absl::StrContains(*ToJson(v1::ListPoolsResponse()), "\"pools\": []"));
}

TEST(Print, YamlKeepsStringsStrings) {
  std::string yaml = *ToYaml(OnePool());

  EXPECT_TRUE(absl::StrContains(yaml, "netnsInode: \"4026531840\"")) << yaml;
  EXPECT_TRUE(absl::StrContains(yaml, "capacity: 400")) << yaml;
}

TEST(Print, RefusesAnUnknownFormatWithTheKnownOnes) {
  absl::Status status = ParseOutputFormat("xml").status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(status.message(), "table, json, yaml or name"));
}

}  // namespace
}  // namespace berthmaster
