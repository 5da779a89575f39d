#include "common/wire/sample_delta.h"

#include <functional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/wire/bounds.h"
#include "common/wire/sample_wire.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/random_sample.h"
#include "tests/common/wire/sample_builder.h"

namespace berthmaster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kHost[] = "web-1";

// The full sample of the other tests in order, as sample 99.
HostSample Base() {
  HostSample base = FullSample();
  PutInOrder(base);
  return base;
}

// The same a second later.
HostSample Later() {
  HostSample sample = Base();
  ++sample.sequence;
  sample.sample_time += absl::Seconds(1);
  return sample;
}

NetnsSample& Busy(HostSample& sample) { return sample.namespaces[1]; }

TEST(SampleDelta, GivesAnySampleBack) {
  RandomSamples random(20261127);
  int deltas = 0;
  for (int round = 0; round < 2000; ++round) {
    const HostSample base = random.Next(1 + round);
    const HostSample sample = round % 4 == 0 ? random.Next(2 + round) : random.After(base);
    const v1::Sample full = ToProto(kHost, sample);
    v1::Sample proto;
    ASSERT_TRUE(proto.ParseFromString(ToDelta(kHost, base, sample).SerializeAsString()));

    absl::StatusOr<HostSample> merged = FromDelta(proto, base, kHost);

    ASSERT_TRUE(merged.ok()) << merged.status() << " in round " << round;
    ASSERT_EQ(*merged, sample) << "round " << round;
    ASSERT_LE(proto.ByteSizeLong(), full.ByteSizeLong());
    if (proto.base_sequence() != 0) ++deltas;
  }
  EXPECT_GT(deltas, 1000) << "most samples are like the one before";
}

TEST(SampleDelta, SaysNothingOfWhatDidNotChange) {
  HostSample sample = Later();
  for (NetnsSample& netns : sample.namespaces) netns.sample_interval = absl::Seconds(1);

  const v1::Sample proto = ToDelta(kHost, Base(), sample);

  EXPECT_EQ(proto.base_sequence(), 99);
  EXPECT_EQ(proto.namespaces_size(), 0);
  EXPECT_TRUE(proto.limitations_unchanged());
  EXPECT_LT(proto.ByteSizeLong(), 40u);
  EXPECT_EQ(FromDelta(proto, Base(), kHost).value(), sample);
}

TEST(SampleDelta, NamesANamespaceWithAnIntervalOfItsOwn) {
  HostSample sample = Later();
  sample.namespaces[0].sample_interval = absl::Seconds(10);
  Busy(sample).sample_interval = absl::Seconds(1);

  const v1::Sample proto = ToDelta(kHost, Base(), sample);

  ASSERT_EQ(proto.namespaces_size(), 1);
  EXPECT_TRUE(proto.namespaces(0).facts_unchanged());
  EXPECT_EQ(FromDelta(proto, Base(), kHost).value(), sample);
}

TEST(SampleDelta, SendsAChangedPoolWholeAndNamesOneThatIsGone) {
  HostSample sample = Later();
  const PoolId gone = Busy(sample).pools[0].id();
  Busy(sample).pools.erase(Busy(sample).pools.begin());
  ++Busy(sample).pools[0].in_use;

  const v1::Sample proto = ToDelta(kHost, Base(), sample);

  ASSERT_EQ(proto.namespaces_size(), 1);
  const v1::NetnsSample& netns = proto.namespaces(0);
  EXPECT_TRUE(netns.netns().sysctls().empty());
  ASSERT_EQ(netns.pools_size(), 1);
  EXPECT_EQ(netns.pools(0).capacity(), Busy(sample).pools[0].capacity);
  ASSERT_EQ(netns.removed_pools_size(), 1);
  EXPECT_EQ(netns.removed_pools(0).kind(), static_cast<v1::PoolKind>(gone.kind));
  EXPECT_EQ(netns.removed_pools(0).source_address(), gone.key.source.ToString());
  EXPECT_EQ(netns.removed_pools(0).capacity(), 0);
  EXPECT_EQ(FromDelta(proto, Base(), kHost).value(), sample);
}

TEST(SampleDelta, NamesANamespaceThatIsGone) {
  HostSample sample = Later();
  sample.namespaces.pop_back();

  const v1::Sample proto = ToDelta(kHost, Base(), sample);

  EXPECT_THAT(proto.removed_netns(), ElementsAre(4711));
  EXPECT_EQ(FromDelta(proto, Base(), kHost).value(), sample);
}

TEST(SampleDelta, IsSentInFullWhereADeltaCannotSayIt) {
  const auto base_of = [](const std::function<void(HostSample&)>& spoil) {
    HostSample sample = Later();
    spoil(sample);
    return ToDelta(kHost, Base(), sample).base_sequence();
  };
  EXPECT_EQ(base_of([](HostSample&) {}), 99);
  EXPECT_EQ(base_of([](HostSample& s) { s.sequence = 99; }), 0) << "no earlier one";
  EXPECT_EQ(base_of([](HostSample& s) { std::swap(s.namespaces[0], s.namespaces[1]); }), 0);
  EXPECT_EQ(base_of([](HostSample& s) { std::swap(Busy(s).pools[0], Busy(s).pools[1]); }), 0);
  EXPECT_EQ(base_of([](HostSample& s) { Busy(s).pools[1] = Busy(s).pools[0]; }), 0);
  EXPECT_EQ(base_of([](HostSample& s) { s.namespaces.clear(), s.limitations.clear(); }), 0)
      << "the full form is smaller";
}

TEST(SampleDelta, ReadsAFullSampleWhateverTheBase) {
  EXPECT_EQ(FromDelta(ToProto(kHost, Later()), HostSample(), kHost).value(), Later());
}

// What FromDelta says of a delta, of a namespace with one changed pool and one that is gone, that
// `spoil` has changed.
absl::Status Read(const std::function<void(v1::Sample&)>& spoil) {
  HostSample sample = Later();
  Busy(sample).pools.erase(Busy(sample).pools.begin());
  ++Busy(sample).pools[0].in_use;
  v1::Sample proto = ToDelta(kHost, Base(), sample);
  spoil(proto);
  return FromDelta(proto, Base(), kHost).status();
}

TEST(SampleDelta, RefusesWhatTheBaseContradictsAndNamesTheField) {
  const auto netns = [](v1::Sample& s) { return s.mutable_namespaces(0); };
  const std::pair<const char*, std::function<void(v1::Sample&)>> cases[] = {
      {"sample.base_sequence", [](v1::Sample& s) { s.set_base_sequence(98); }},
      {"sample.base_sequence", [](v1::Sample& s) { s.set_base_sequence(-1); }},
      {"sample.base_sequence", [](v1::Sample& s) { s.set_sequence(99); }},
      {"sample.sample_interval",
       [](v1::Sample& s) { s.mutable_sample_interval()->set_nanos(1 << 30); }},
      {"sample.removed_netns", [](v1::Sample& s) { s.add_removed_netns(5); }},
      {"sample.removed_netns", [](v1::Sample& s) { s.add_removed_netns(-1); }},
      {"sample.removed_netns",
       [](v1::Sample& s) {
         s.add_removed_netns(1);
         s.add_removed_netns(1);
       }},
      {"netns.name", [](v1::Sample& s) { *s.add_namespaces() = s.namespaces(0); }},
      // Removed and named: it is as new, and has no facts of the base.
      {"namespaces.facts_unchanged", [](v1::Sample& s) { s.add_removed_netns(4711); }},
      {"namespaces.removed_pools",
       [&](v1::Sample& s) {
         netns(s)->mutable_netns()->set_name("hosts/web-1/netns/5");
         netns(s)->set_facts_unchanged(false);
       }},
      {"namespaces.removed_pools",
       [&](v1::Sample& s) { *netns(s)->add_removed_pools() = netns(s)->removed_pools(0); }},
      {"namespaces.removed_pools",
       [&](v1::Sample& s) { *netns(s)->add_removed_pools() = netns(s)->pools(0); }},
      {"namespaces.removed_pools",
       [&](v1::Sample& s) { netns(s)->mutable_removed_pools(0)->set_destination_port(1); }},
      {"namespaces.removed_pools",
       [&](v1::Sample& s) { netns(s)->mutable_removed_pools(0)->clear_kind(); }},
      {"namespaces.pools", [&](v1::Sample& s) { *netns(s)->add_pools() = netns(s)->pools(0); }},
  };
  EXPECT_TRUE(Read([](v1::Sample&) {}).ok());
  for (const auto& [field, spoil] : cases) {
    const absl::Status status = Read(spoil);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_THAT(std::string(status.message()), HasSubstr(field));
  }
}

TEST(SampleDelta, IsBoundedAsAWhole) {
  HostSample base = Later();
  base.namespaces.resize(1);
  v1::Sample proto;
  proto.set_base_sequence(base.sequence);
  proto.set_sequence(base.sequence + 1);
  v1::NetnsSample& netns = *proto.add_namespaces();
  netns.mutable_netns()->set_name("hosts/web-1/netns/1");
  PoolSample pool;
  for (int i = 0; i < kWirePoolsPerNetnsMax; ++i) {
    pool.kind = PoolKind::kListener;
    pool.key.destination_port = static_cast<uint16_t>(i);
    base.namespaces[0].pools.push_back(pool);
  }
  EXPECT_TRUE(FromDelta(proto, base, kHost).ok());

  netns.add_pools()->set_kind(v1::POOL_KIND_TIME_WAIT_TABLE);
  EXPECT_THAT(std::string(FromDelta(proto, base, kHost).status().message()),
              HasSubstr("namespaces.pools"));

  HostSample crowded = Later();
  for (int i = 0; i < kWireNamespacesMax; ++i) {
    crowded.namespaces.emplace_back().cookie = 10000 + static_cast<uint64_t>(i);
  }
  EXPECT_THAT(std::string(FromDelta(proto, crowded, kHost).status().message()),
              HasSubstr("sample.namespaces"));
}

TEST(SampleDelta, ReadsOrRefusesAnyBytes) {
  RandomSamples random(7);
  std::mt19937_64 bits(8);
  int accepted = 0;
  for (int round = 0; round < 3000; ++round) {
    const HostSample base = random.Next(1 + round);
    std::string bytes = ToDelta(kHost, base, random.After(base)).SerializeAsString();
    for (int i = 0; i < 3; ++i) bytes[bits() % bytes.size()] = static_cast<char>(bits() & 0x7f);
    v1::Sample proto;
    if (!proto.ParseFromString(bytes)) continue;

    const absl::StatusOr<HostSample> merged = FromDelta(proto, base, kHost);

    if (!merged.ok()) {
      ASSERT_EQ(merged.status().code(), absl::StatusCode::kInvalidArgument) << merged.status();
      continue;
    }
    ++accepted;
    // What is taken can be a base in its turn.
    ASSERT_EQ(FromProto(ToProto(kHost, *merged), kHost).value(), *merged);
  }
  EXPECT_GT(accepted, 0);
}

TEST(SampleDelta, LeavesOutRemovedPoolsOfALaterKind) {
  EXPECT_TRUE(Read([](v1::Sample& s) {
                s.mutable_namespaces(0)->add_removed_pools()->set_kind(
                    static_cast<v1::PoolKind>(77));
              }).ok());
}

TEST(SampleWire, RefusesADeltaAsASample) {
  const v1::Sample delta = ToDelta(kHost, Base(), Later());

  EXPECT_THAT(std::string(FromProto(delta, kHost).status().message()),
              HasSubstr("sample.base_sequence"));
}

}  // namespace
}  // namespace berthmaster
