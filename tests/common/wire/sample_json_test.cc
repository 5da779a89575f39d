#include "common/wire/sample_json.h"

#include <string>

#include "common/wire/json_indent.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/sample_builder.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(SampleJson, BeginsWithTheHostAndTheTime) {
  EXPECT_THAT(SampleJson("web-1", FullSample()).value(),
              StartsWith("{\n"
                         "  \"host\": \"hosts/web-1\",\n"
                         "  \"sampleTime\": \"2026-09-21T14:13:20.123456Z\",\n"
                         "  \"cpuTime\": \"0.001234s\",\n"
                         "  \"limitations\": [\n"
                         "    \"no CAP_SYS_PTRACE\"\n"
                         "  ],\n"
                         "  \"namespaces\": [\n"
                         "    {\n"
                         "      \"name\": \"hosts/web-1/netns/4711\",\n"));
}

TEST(SampleJson, HasTheFieldsOfTheContract) {
  const std::string json = SampleJson("web-1", FullSample()).value();

  for (const char* field :
       {"\"netns\": \"hosts/web-1/netns/4711\"", "\"sourceAddress\": \"10.9.0.1\"",
        "\"destinationAddress\": \"fd00::2\"", "\"destinationPort\": 443", "\"capacity\": 400",
        "\"inUse\": 300", "\"reusable\": 20", "\"utilization\": 0.7", "\"TIME_WAIT\": 250",
        "\"connectionRate\": 12.5", "\"settledUtilization\": ",
        "\"limitations\": [\n        \"something \\\"quoted\\\"\"\n      ]"}) {
    EXPECT_THAT(json, HasSubstr(field));
  }
}

TEST(SampleJson, PrintsZerosAndLeavesOutWhatIsNotKnown) {
  HostSample sample = FullSample();
  PoolSample& pool = sample.namespaces[0].pools[0];
  pool = PoolSample();
  pool.capacity = 40;
  sample.namespaces[0].pools.resize(1);

  const std::string json = SampleJson("web-1", sample).value();

  EXPECT_THAT(json, HasSubstr("\"inUse\": 0"));
  EXPECT_THAT(json, HasSubstr("\"utilization\": 0"));
  EXPECT_THAT(json, Not(HasSubstr("connectionRate")));
  EXPECT_THAT(json, Not(HasSubstr("timeToExhaustion")));
}

TEST(SampleJson, PutsTheFullestPoolFirst) {
  HostSample sample = FullSample();
  PoolSample fuller = FullPool();
  fuller.key.destination_port = 8443;
  fuller.in_use = 399;
  sample.namespaces[1].pools = {fuller};

  const std::string json = SampleJson("web-1", sample).value();

  EXPECT_LT(json.find("fd00::2-8443"), json.find("fd00::2-443"));
  EXPECT_LT(json.find("fd00::2-443"), json.find("time-wait-table"));
}

TEST(SampleJson, OfNothingIsWhole) {
  const std::string json = SampleJson("web-1", HostSample()).value();

  EXPECT_THAT(json, HasSubstr("\"namespaces\": []"));
  EXPECT_THAT(json, HasSubstr("\"pools\": []\n}\n"));
}

TEST(JsonIndent, LeavesStringsAlone) {
  EXPECT_EQ(IndentJson(R"({"a":"x,{y}:[\"]","b":[],"c":{"d":1}})"),
            "{\n  \"a\": \"x,{y}:[\\\"]\",\n  \"b\": [],\n  \"c\": {\n    \"d\": 1\n  }\n}");
  // Not JSON, but no reason to fail.
  EXPECT_EQ(IndentJson("}]\"\\"), "\n}\n]\"\\");
}

}  // namespace
}  // namespace berthmaster
