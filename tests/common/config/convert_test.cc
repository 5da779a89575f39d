#include "common/config/convert.h"

#include <gtest/gtest.h>

#include <string>

namespace berthmaster {
namespace {

// "ok", or why the text is refused.
std::string Verdict(const ConfigKey& key, const std::string& text) {
  absl::StatusOr<ConfigValue> value = ConvertConfigValue(key, {text});
  if (value.ok()) return "ok";
  EXPECT_EQ(value.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(value.status().message());
}

TEST(ConvertConfigValue, ReadsDurationsWithAUnit) {
  ConfigKey key{.name = "d", .kind = ConfigKind::kDuration};

  EXPECT_EQ(std::get<absl::Duration>(*ConvertConfigValue(key, {"500ms"})), absl::Milliseconds(500));
  EXPECT_EQ(std::get<absl::Duration>(*ConvertConfigValue(key, {"1h30m"})), absl::Minutes(90));
  EXPECT_EQ(std::get<absl::Duration>(*ConvertConfigValue(key, {".5s"})), absl::Milliseconds(500));
}

TEST(ConvertConfigValue, RefusesDurationsThatNobodyCanMean) {
  ConfigKey key{.name = "d", .kind = ConfigKind::kDuration, .duration_min = absl::Seconds(1)};
  const std::string form = "is not a duration; write a number with a unit, such as 1s, 500ms or 2m";

  EXPECT_EQ(Verdict(key, "0"),
            "'0' has no unit; write a number with a unit, such as 1s, 500ms or 2m");
  EXPECT_EQ(Verdict(key, "-1s"), "'-1s' " + form);
  EXPECT_EQ(Verdict(key, "inf"), "'inf' " + form);
  EXPECT_EQ(Verdict(key, "1.5"), "'1.5' " + form);
  EXPECT_EQ(Verdict(key, "1 s"), "'1 s' " + form);
  EXPECT_EQ(Verdict(key, "1d"), "'1d' " + form);
  EXPECT_EQ(Verdict(key, ""), "'' " + form);
  EXPECT_EQ(Verdict(key, "100ms"), "'100ms' is outside 1s to 8760h");
}

TEST(ConvertConfigValue, ReadsIntegersWithinBounds) {
  ConfigKey key{.name = "n", .kind = ConfigKind::kInteger, .integer_min = -5, .integer_max = 10};

  EXPECT_EQ(std::get<int64_t>(*ConvertConfigValue(key, {"-5"})), -5);
  for (const char* text : {"11", "-6", "1.0", "0x1", "+1", " 1", "", "-", "99999999999999999999"}) {
    EXPECT_EQ(Verdict(key, text),
              "'" + std::string(text) + "' is not a whole number from -5 to 10");
  }
}

TEST(ConvertConfigValue, ReadsOnlyTrueAndFalseAsBoolean) {
  ConfigKey key{.name = "b", .kind = ConfigKind::kBoolean};

  EXPECT_TRUE(std::get<bool>(*ConvertConfigValue(key, {"true"})));
  for (const char* text : {"yes", "1", "True", "on", ""}) {
    EXPECT_EQ(Verdict(key, text), "'" + std::string(text) + "' is not true or false");
  }
}

TEST(ConvertConfigValue, ReadsEndpoints) {
  ConfigKey dial{.name = "e", .kind = ConfigKind::kEndpoint};
  ConfigKey listen{.name = "e", .kind = ConfigKind::kListenEndpoint};

  EXPECT_EQ(std::get<Endpoint>(*ConvertConfigValue(dial, {"[::1]:7600"})).ToString(), "[::1]:7600");
  EXPECT_EQ(Verdict(listen, "127.0.0.1:0"), "ok");
  EXPECT_EQ(Verdict(dial, "127.0.0.1:0"),
            "'127.0.0.1:0' has port 0, to which nothing can connect; write a port from 1 to 65535");
  EXPECT_EQ(Verdict(dial, "127.0.0.1"),
            "'127.0.0.1' has no port; write HOST:PORT, for example 127.0.0.1:7600");
  EXPECT_EQ(Verdict(dial, "dns///a b:1"),
            "'dns///a b:1' has a host that is neither a name nor an address");
  EXPECT_EQ(Verdict(dial, "a: 1"),
            "'a: 1' has no port between 0 and 65535; write HOST:PORT, for example 127.0.0.1:7600");
}

TEST(ConvertConfigValue, RefusesTextsThatAreNoConfiguration) {
  ConfigKey key{.name = "s"};

  EXPECT_EQ(Verdict(key, "a\nb"), "'a\\nb' holds a control character, such as a line end");
  EXPECT_EQ(Verdict(key, std::string("a\0b", 3)),
            "'a\\000b' holds a control character, such as a line end");
  EXPECT_EQ(Verdict(key, std::string(4097, 'x')),
            "'" + std::string(80, 'x') + "' … has 4097 bytes; 4096 are allowed");
}

TEST(ConvertConfigValue, BoundsLists) {
  ConfigKey key{.name = "l", .kind = ConfigKind::kStringList};

  EXPECT_TRUE(ConvertConfigValue(key, {}).ok());
  EXPECT_EQ(Verdict(key, ""), "has an empty entry");
  EXPECT_EQ(ConvertConfigValue(key, std::vector<std::string>(1001, "x")).status().message(),
            "has 1001 entries; 1000 are allowed");
}

}  // namespace
}  // namespace berthmaster
