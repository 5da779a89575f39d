#include "agent/collect/port_pools.h"

#include <string>

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

class PortPoolsTest : public testing::Test {
 protected:
  PortPoolsTest() { space_.range = {40000, 40099}; }
  static RawAddress Address(const std::string& text) {
    return RawAddress::From(IpAddress::Parse(text).value());
  }
  void Add(const std::string& address, uint16_t local_port, bool is_v6_only = false) {
    if (!ports_.has_value()) ports_.emplace(space_);
    ports_->Add(ports_->IndexOf(Address(address), is_v6_only), local_port);
  }
  PortUse Use() { return ports_->Finish(); }
  int PortsOf(const std::string& address) {
    for (const AddressUse& one : Use().addresses) {
      if (one.address.ToString() == address) return one.ports;
    }
    return -1;
  }

  PortSpace space_;
  std::optional<AddressPorts> ports_;
};

TEST_F(PortPoolsTest, CountEachPortOnceAndThoseOfTheWildcards) {
  Add("10.0.0.1", 40000);
  Add("10.0.0.1", 40000);
  Add("10.0.0.1", 40001);
  Add("10.0.0.2", 40002);
  Add("0.0.0.0", 40003);
  Add("::", 40004);
  Add("::", 40005, true);
  Add("fd00::1", 40006);

  EXPECT_EQ(PortsOf("10.0.0.1"), 4);
  EXPECT_EQ(PortsOf("10.0.0.2"), 3);
  EXPECT_EQ(PortsOf("fd00::1"), 3);
  EXPECT_EQ(Use().any_v4.ports, 5);
  EXPECT_EQ(Use().any_v6.ports, 7);
}

TEST_F(PortPoolsTest, LeaveOutReservedPorts) {
  space_.reserved.AddRange({40000, 40009});
  Add("10.0.0.1", 40005);
  Add("10.0.0.1", 40010);

  EXPECT_EQ(PortsOf("10.0.0.1"), 1);
  EXPECT_EQ(MakeUdpPools(Use(), space_).at(0).capacity, 90);
}

TEST_F(PortPoolsTest, OfBindAreSentWhereTheyMatter) {
  for (int number = 0; number < 10; ++number)
    Add("10.0.0.1", static_cast<uint16_t>(40000 + number));
  EXPECT_TRUE(MakeBindPools(Use(), space_).empty());

  Add("10.0.0.2", 40050);
  ports_->NoteBound(ports_->IndexOf(Address("10.0.0.2"), false));
  const std::vector<PoolSample> pools = MakeBindPools(Use(), space_);
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].key.source.ToString(), "10.0.0.2");
  EXPECT_EQ(pools[1].key.source.ToString(), "0.0.0.0");
  EXPECT_EQ(pools[1].in_use, 11);
}

TEST_F(PortPoolsTest, OfAnOddRangeDifferByWhatTheKernelLooksAt) {
  space_.range = {40000, 40040};
  for (int number = 0; number < 20; ++number)
    Add("10.0.0.1", static_cast<uint16_t>(40000 + number));
  EXPECT_EQ(MakeBindPools(Use(), space_).at(0).capacity, 40);
  EXPECT_EQ(MakeUdpPools(Use(), space_).at(0).capacity, 41);
}

TEST_F(PortPoolsTest, AreBoundedAndTheWildcardStaysExact) {
  for (int number = 0; number < 200; ++number) {
    Add("10.0.1." + std::to_string(number), static_cast<uint16_t>(40000 + number % 100));
  }
  EXPECT_TRUE(Use().is_cut);
  EXPECT_EQ(Use().any_v4.ports, 100);
  EXPECT_EQ(MakeUdpPools(Use(), space_).size(), kPortPoolsMax + 1);
}

}  // namespace
}  // namespace berthmaster
