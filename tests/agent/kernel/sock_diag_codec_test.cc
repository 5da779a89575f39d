#include "agent/kernel/sockets/sock_diag_codec.h"

#include <errno.h>
#include <netinet/in.h>

#include <vector>

#include "gtest/gtest.h"
#include "tests/agent/kernel/sock_diag_bytes.h"

namespace berthmaster {
namespace {

constexpr uint16_t kDone = 3;
constexpr uint16_t kError = 2;
constexpr uint16_t kRow = 20;
constexpr uint32_t kSequence = 7;

struct Decoded {
  absl::StatusOr<SockDiagProgress> progress;
  std::vector<SocketRow> rows;
};

Decoded Decode(const std::vector<uint8_t>& bytes) {
  Decoded decoded;
  decoded.progress = DecodeSockDiag(
      bytes, kSequence, [&decoded](const SocketRow& row) { decoded.rows.push_back(row); });
  return decoded;
}

std::vector<uint8_t> Row(const InetDiagFields& fields) {
  return NetlinkMessage(kRow, kSequence, InetDiagPayload(fields));
}

TEST(SockDiagCodec, ReadsATimeWaitRow) {
  Decoded decoded = Decode(Row({.state = 6,
                                .timer = 3,
                                .local_port = 40000,
                                .destination_port = 443,
                                .source = "10.0.0.1",
                                .destination = "10.0.0.2",
                                .expires_ms = 59000}));

  ASSERT_EQ(decoded.progress.value(), SockDiagProgress::kMore);
  ASSERT_EQ(decoded.rows.size(), 1u);
  const SocketRow& row = decoded.rows[0];
  EXPECT_EQ(row.state, TcpState::kTimeWait);
  EXPECT_TRUE(row.is_mini);
  EXPECT_EQ(row.local_port, 40000);
  EXPECT_EQ(row.destination_port, 443);
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "10.0.0.1");
  EXPECT_EQ(row.destination.ToIpAddress().ToString(), "10.0.0.2");
  EXPECT_EQ(row.expires_ms, 59000u);
}

TEST(SockDiagCodec, TellsAMiniSocketInFinWait2FromAFullOne) {
  Decoded decoded = Decode(Join({Row({.state = 5, .timer = 3}), Row({.state = 5, .timer = 2})}));

  ASSERT_EQ(decoded.rows.size(), 2u);
  EXPECT_TRUE(decoded.rows[0].is_mini);
  EXPECT_FALSE(decoded.rows[1].is_mini);
}

TEST(SockDiagCodec, FoldsMappedAddresses) {
  Decoded decoded = Decode(Join(
      {Row({.family = AF_INET6, .source = "::ffff:10.0.0.1", .destination = "::ffff:10.0.0.2"}),
       Row({.source = "10.0.0.1", .destination = "10.0.0.2"}),
       Row({.family = AF_INET6, .source = "fd00::1", .destination = "fd00::2"})}));

  ASSERT_EQ(decoded.rows.size(), 3u);
  EXPECT_EQ(decoded.rows[0].source, decoded.rows[1].source);
  EXPECT_EQ(decoded.rows[0].destination, decoded.rows[1].destination);
  EXPECT_EQ(decoded.rows[2].source.ToIpAddress().ToString(), "fd00::1");
  EXPECT_EQ(decoded.rows[2].destination.ToIpAddress().ToString(), "fd00::2");
}

TEST(SockDiagCodec, NamesAClosedSocketBound) {
  Decoded decoded = Decode(Row({.state = 7, .local_port = 40000}));

  ASSERT_EQ(decoded.rows.size(), 1u);
  EXPECT_EQ(decoded.rows[0].state, TcpState::kBoundInactive);
}

TEST(SockDiagCodec, EndsWithDone) {
  EXPECT_EQ(Decode(Join({Row({}), NetlinkMessage(kDone, kSequence, Number(0))})).progress.value(),
            SockDiagProgress::kDone);
  EXPECT_EQ(Decode(NetlinkMessage(kDone, kSequence, {})).progress.value(), SockDiagProgress::kDone);
}

// NLM_F_DUMP_INTR, which is in the flags of a message: bytes 6 and 7 of its header.
TEST(SockDiagCodec, StopsAtAMessageOfAnInterruptedDump) {
  std::vector<uint8_t> interrupted = Row({.state = 1});
  interrupted[6] |= 0x10;

  Decoded decoded = Decode(Join({Row({.state = 1}), interrupted, Row({.state = 1})}));
  EXPECT_EQ(decoded.progress.value(), SockDiagProgress::kInterrupted);
  EXPECT_EQ(decoded.rows.size(), 1u);

  std::vector<uint8_t> end = NetlinkMessage(kDone, kSequence, Number(0));
  end[6] |= 0x10;
  EXPECT_EQ(Decode(end).progress.value(), SockDiagProgress::kInterrupted);
  std::vector<uint8_t> of_another = NetlinkMessage(kDone, kSequence + 1, Number(0));
  of_another[6] |= 0x10;
  EXPECT_EQ(Decode(of_another).progress.value(), SockDiagProgress::kMore);
}

TEST(SockDiagCodec, ReturnsTheKernelsErrors) {
  EXPECT_EQ(Decode(NetlinkMessage(kError, kSequence, Number(-ENOENT))).progress.status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Decode(NetlinkMessage(kDone, kSequence, Number(-EPERM))).progress.status().code(),
            absl::StatusCode::kPermissionDenied);
  // No errno at all.
  EXPECT_FALSE(Decode(NetlinkMessage(kError, kSequence, Number(INT32_MIN))).progress.ok());
}

TEST(SockDiagCodec, SkipsMessagesOfAnotherRequest) {
  Decoded decoded = Decode(Join({NetlinkMessage(kRow, kSequence + 1, InetDiagPayload({})),
                                 NetlinkMessage(kDone, kSequence - 1, Number(0)), Row({})}));

  EXPECT_EQ(decoded.progress.value(), SockDiagProgress::kMore);
  EXPECT_EQ(decoded.rows.size(), 1u);
}

TEST(SockDiagCodec, SkipsUnknownFamiliesStatesAndTypes) {
  Decoded decoded = Decode(Join({Row({.family = 1}), Row({.state = 0}), Row({.state = 14}),
                                 NetlinkMessage(99, kSequence, Number(1)), Row({})}));

  EXPECT_EQ(decoded.progress.value(), SockDiagProgress::kMore);
  EXPECT_EQ(decoded.rows.size(), 1u);
}

TEST(SockDiagCodec, SkipsAttributesAfterARow) {
  std::vector<uint8_t> payload = InetDiagPayload({.local_port = 1});
  payload.insert(payload.end(), 12, 0xff);

  Decoded decoded =
      Decode(Join({NetlinkMessage(kRow, kSequence, payload), Row({.local_port = 2})}));

  ASSERT_EQ(decoded.rows.size(), 2u);
  EXPECT_EQ(decoded.rows[1].local_port, 2);
}

TEST(SockDiagCodec, RefusesEveryCutOfAMessage) {
  const std::vector<uint8_t> whole = Row({});
  for (size_t size = 1; size < whole.size(); ++size) {
    std::vector<uint8_t> cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(Decode(cut).progress.status().code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_TRUE(Decode(cut).rows.empty()) << size;
  }
}

TEST(SockDiagCodec, RefusesLengthsThatCannotBe) {
  for (uint32_t length : {1u, 15u, 87u, 0x7fffffffu, 0xffffffffu}) {
    EXPECT_EQ(Decode(NetlinkMessage(kRow, kSequence, InetDiagPayload({}), length))
                  .progress.status()
                  .code(),
              absl::StatusCode::kDataLoss)
        << length;
  }
}

TEST(SockDiagCodec, AsksForBothFamiliesAtOnceOrForOne) {
  SockDiagRequest both = EncodeSockDiagRequest(SockDiagForm::kBothFamilies, 0x3fff, 9);
  SockDiagRequest ipv6 = EncodeSockDiagRequest(SockDiagForm::kIpv6, 0x3fff, 9);

  EXPECT_EQ(both.size, 76u);
  EXPECT_EQ(both.bytes[4], 18);  // TCPDIAG_GETSOCK
  EXPECT_EQ(both.bytes[16], 0);
  EXPECT_EQ(ipv6.size, 72u);
  EXPECT_EQ(ipv6.bytes[4], 20);  // SOCK_DIAG_BY_FAMILY
  EXPECT_EQ(ipv6.bytes[16], AF_INET6);
  EXPECT_EQ(ipv6.bytes[17], IPPROTO_TCP);
  // Nothing optional is asked for: each extension costs bytes for every socket.
  EXPECT_EQ(ipv6.bytes[18], 0);
}

}  // namespace
}  // namespace berthmaster
