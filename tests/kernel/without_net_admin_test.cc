#include "agent/kernel/sockets/without_net_admin.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>

#include "agent/kernel/sockets/linux_socket_dump.h"
#include "gtest/gtest.h"
#include "tests/kernel/netns_fixture.h"
#include "tests/kernel/test_sockets.h"

namespace berthmaster {
namespace {

bool HasAttribute(const SocketRow& row, uint16_t wanted) {
  for (size_t at = 0; at + sizeof(nlattr) <= row.attributes.size();) {
    nlattr attribute;
    std::memcpy(&attribute, row.attributes.data() + at, sizeof(attribute));
    if (attribute.nla_type == wanted) return true;
    at += NLA_ALIGN(attribute.nla_len);
  }
  return false;
}

// By something that CAP_NET_ADMIN alone allows.
bool IsNetAdmin() {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int bytes = 4096;
  return setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) == 0;
}

class WithoutNetAdminTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CanMakeNetns()) GTEST_SKIP() << kNeedsRoot;
    netns_ = ScopedNetns::Make().value();
  }
  std::unique_ptr<ScopedNetns> netns_;
};

TEST_F(WithoutNetAdminTest, IsForAsLongAsTheObjectLives) {
  netns_->RunInside([] {
    {
      const WithoutNetAdmin without;
      EXPECT_FALSE(IsNetAdmin());
    }
    EXPECT_TRUE(IsNetAdmin());
  });
}

// Leaving the mark out is what makes a dump cheaper; the other attributes stay.
TEST_F(WithoutNetAdminTest, DumpsHaveNoMarks) {
  auto server = TestServer::Make(*netns_, "127.0.0.1", 2000, ServerMode::kClosesSecond).value();
  int row_count = 0;
  netns_->RunInside([&row_count] {
    ConnectOptions options;
    options.destination = "127.0.0.1";
    options.destination_port = 2000;
    const ConnectResult client = Connect(options);
    ASSERT_EQ(client.error_number, 0);
    LinuxSocketDump dump;
    ASSERT_EQ(dump.VisitCurrent([&row_count](const SocketRow& row) {
      if (row.state != TcpState::kEstablished) return;
      ++row_count;
      EXPECT_FALSE(HasAttribute(row, INET_DIAG_MARK));
      EXPECT_TRUE(HasAttribute(row, INET_DIAG_SHUTDOWN));
    }),
              absl::OkStatus());
    EXPECT_TRUE(IsNetAdmin());
  });
  EXPECT_GE(row_count, 1);
}

}  // namespace
}  // namespace berthmaster
