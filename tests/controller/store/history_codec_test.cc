#include "controller/store/sqlite/history_codec.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "controller/store/sqlite/varint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::Optional;

constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(Varint, SmallNumbersTakeOneByteInEitherDirection) {
  std::string out;
  PutSigned(0, out);
  PutSigned(-1, out);
  PutSigned(63, out);
  PutSigned(-64, out);

  EXPECT_EQ(out, std::string("\x00\x01\x7e\x7f", 4));
}

TEST(Varint, TakesBackTheOutermostNumbers) {
  for (int64_t value : {kMin, kMin + 1, int64_t{-1}, int64_t{0}, int64_t{300}, kMax}) {
    std::string out;
    PutSigned(value, out);
    absl::string_view in = out;
    EXPECT_THAT(TakeSigned(in), Optional(value));
    EXPECT_TRUE(in.empty());
  }
}

TEST(Varint, RefusesWhatEndsTooEarlyOrGoesOnTooLong) {
  absl::string_view cut("\x80", 1);
  EXPECT_EQ(TakeUnsigned(cut), std::nullopt);
  std::string endless(11, '\x80');
  absl::string_view in = endless;
  EXPECT_EQ(TakeUnsigned(in), std::nullopt);
}

TEST(Column, OfEqualValuesTakesAFewBytesHoweverLong) {
  std::string out;
  PutColumn(std::vector<int64_t>(10'000, 28232), out);

  EXPECT_LE(out.size(), 6u);
  absl::string_view in = out;
  EXPECT_THAT(TakeColumn(10'000, in), Optional(std::vector<int64_t>(10'000, 28232)));
}

TEST(Column, TakesBackAnyValues) {
  for (const std::vector<int64_t>& values :
       {std::vector<int64_t>{}, {0}, {0, 0, 0}, {0, 5, 5, 5, 0}, {kMin, kMax, kMin}, {1, 2, 3}}) {
    std::string out;
    PutColumn(values, out);
    absl::string_view in = out;
    EXPECT_THAT(TakeColumn(values.size(), in), Optional(values));
    EXPECT_TRUE(in.empty());
  }
}

TEST(Column, RefusesARunPastItsEnd) {
  std::string out;
  PutColumn(std::vector<int64_t>(10, 0), out);
  absl::string_view in = out;

  EXPECT_EQ(TakeColumn(9, in), std::nullopt);
}

PoolValues Values(int64_t pool_id, int32_t in_use, std::optional<double> rate) {
  return {pool_id, 400, in_use, 1, 2, 3, rate};
}

TEST(Pools, AreTakenBackAndFound) {
  std::string blob;
  AppendPool(Values(7, 10, 4.5), blob);
  AppendPool(Values(kMax, std::numeric_limits<int32_t>::max(), std::nullopt), blob);
  AppendPool(Values(7, 11, 0.001), blob);

  EXPECT_THAT(DecodePools(blob),
              Optional(ElementsAre(Values(7, 10, 4.5),
                                   Values(kMax, std::numeric_limits<int32_t>::max(), std::nullopt),
                                   Values(7, 11, 0.001))));
  bool intact = false;
  EXPECT_THAT(FindPool(blob, 7, intact), Optional(Values(7, 11, 0.001)));
  EXPECT_TRUE(intact);
  EXPECT_EQ(FindPool(blob, 8, intact), std::nullopt);
  EXPECT_TRUE(intact);
}

TEST(Pools, ARateThatIsNoneIsUnknown) {
  for (double rate : {std::nan(""), -1.0, 1e300, std::numeric_limits<double>::infinity()}) {
    std::string blob;
    AppendPool(Values(1, 1, rate), blob);
    EXPECT_THAT(DecodePools(blob), Optional(ElementsAre(Values(1, 1, std::nullopt))));
  }
}

TEST(Samples, AreTakenBack) {
  std::vector<NetnsValues> samples = {
      {1'000'000, 5, 6, 7}, {2'000'123, 8, 6, 7}, {kMin, 0, 0, 0}, {kMax, kMax, kMin, 1}};
  std::string blob = EncodeSamples(samples);

  EXPECT_THAT(DecodeSamples(blob), Optional(samples));
  EXPECT_THAT(DecodeSampleTimes(blob), Optional(ElementsAre(1'000'000, 2'000'123, kMin, kMax)));
}

TEST(Points, AreTakenBackWithTheSamplesTheyLack) {
  std::vector<BlockPoint> points = {
      {0, Values(0, 10, 1.5)}, {1, Values(0, 0, std::nullopt)}, {5, Values(0, -3, 2.25)}};

  auto decoded = DecodePoints(EncodePoints(points));

  ASSERT_TRUE(decoded.has_value());
  ASSERT_EQ(decoded->size(), 3u);
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ((*decoded)[i].sample, points[i].sample);
    EXPECT_EQ((*decoded)[i].values, points[i].values);
  }
}

TEST(Points, OfAQuietPoolTakeLessThanHalfAByteEach) {
  std::vector<BlockPoint> points;
  for (int64_t i = 0; i < 64; ++i) points.push_back({i, Values(0, 10, 4.5)});

  EXPECT_LE(EncodePoints(points).size(), 32u);
}

TEST(Blobs, CutAnywhereAreRefusedOrShorterNeverACrash) {
  std::string pools;
  AppendPool(Values(7, 10, 4.5), pools);
  std::string samples = EncodeSamples(std::vector<NetnsValues>{{1, 2, 3, 4}, {9, 9, 9, 9}});
  std::string points = EncodePoints(std::vector<BlockPoint>{{0, Values(0, 10, 1.5)}});

  for (size_t size = 1; size < pools.size(); ++size) {
    EXPECT_EQ(DecodePools(absl::string_view(pools).substr(0, size)), std::nullopt);
  }
  for (size_t size = 0; size < samples.size(); ++size) {
    EXPECT_EQ(DecodeSamples(absl::string_view(samples).substr(0, size)), std::nullopt);
  }
  for (size_t size = 0; size < points.size(); ++size) {
    EXPECT_FALSE(DecodePoints(absl::string_view(points).substr(0, size)).has_value());
  }
}

TEST(Blobs, WithAnEnormousCountAreRefused) {
  std::string blob;
  PutUnsigned(uint64_t{1} << 40, blob);

  EXPECT_FALSE(DecodePoints(blob).has_value());
  EXPECT_FALSE(DecodeSamples(blob).has_value());
}

}  // namespace
}  // namespace berthmaster
