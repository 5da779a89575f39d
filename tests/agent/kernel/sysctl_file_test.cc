#include "agent/kernel/netns/sysctl_file.h"

#include "gtest/gtest.h"

namespace berthmaster {
namespace {

TEST(SysctlFile, HasThePathOfItsName) {
  EXPECT_EQ(SysctlPath("net.ipv4.tcp_tw_reuse").value(), "/proc/sys/net/ipv4/tcp_tw_reuse");
  EXPECT_EQ(SysctlPath("net.ipv4.conf.br-0.forwarding").value(),
            "/proc/sys/net/ipv4/conf/br-0/forwarding");
}

TEST(SysctlFile, RefusesANameThatIsNone) {
  for (const char* name :
       {"", "net", ".", "..", "net.", ".net", "net..ipv4", "net/ipv4.x", "net.../etc",
        "net.ipv4.tcp_tw_reuse/../x", "net.ipv4.TCP", "net.a b", "net.ipv4.x\n", "net-x.ipv4"}) {
    EXPECT_EQ(SysctlPath(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(WriteSysctlFile(name, "1").code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

TEST(SysctlFile, ReadsNormalised) {
  EXPECT_EQ(ReadSysctlFile("net.ipv4.no_such_thing").status().code(), absl::StatusCode::kNotFound);
  const std::string range = ReadSysctlFile("net.ipv4.ip_local_port_range").value();
  EXPECT_EQ(range.find('\t'), std::string::npos);
  EXPECT_EQ(range.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace berthmaster
