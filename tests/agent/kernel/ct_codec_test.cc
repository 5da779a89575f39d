#include "agent/kernel/netfilter/ct_codec.h"

#include <sys/socket.h>

#include <vector>

#include "gtest/gtest.h"
#include "tests/agent/kernel/nf_bytes.h"
#include "tests/agent/kernel/sock_diag_bytes.h"

namespace berthmaster {
namespace {

constexpr uint32_t kSequence = 7;
constexpr uint16_t kError = 2;
constexpr uint16_t kDone = 3;

struct Decoded {
  absl::StatusOr<NfProgress> progress;
  std::vector<CtEntry> entries;
  int broken_count = 0;
};

Decoded Decode(const Bytes& bytes) {
  Decoded decoded;
  decoded.progress = DecodeNfMessages(bytes, kSequence, [&](const NfMessage& message) {
    absl::StatusOr<std::optional<CtEntry>> entry = DecodeCtEntry(message);
    if (!entry.ok()) {
      ++decoded.broken_count;
    } else if (entry->has_value()) {
      decoded.entries.push_back(**entry);
    }
  });
  return decoded;
}

TEST(CtCodec, ReadsAnEntryAsItsRepliesBearIt) {
  const Decoded decoded = Decode(
      Join({CtEntryBytes(kSequence, {.zone = 5}), NetlinkMessage(kDone, kSequence, Number(0))}));

  EXPECT_EQ(decoded.progress.value(), NfProgress::kDone);
  ASSERT_EQ(decoded.entries.size(), 1u);
  const CtEntry& entry = decoded.entries[0];
  EXPECT_TRUE(entry.is_translated);
  EXPECT_EQ(entry.zone, 5);
  EXPECT_EQ(entry.row.protocol, IpProtocol::kTcp);
  EXPECT_EQ(entry.row.snat_address.ToIpAddress().ToString(), "10.2.0.1");
  EXPECT_EQ(entry.row.snat_port, 40000);
  EXPECT_EQ(entry.row.destination.ToIpAddress().ToString(), "10.2.0.2");
  EXPECT_EQ(entry.row.destination_port, 8080);
  EXPECT_EQ(entry.row.state, TcpState::kEstablished);
  EXPECT_EQ(entry.row.expires_seconds, 100u);
}

TEST(CtCodec, ReadsIpv6AndUdp) {
  const Decoded decoded = Decode(CtEntryBytes(
      kSequence,
      {.protocol = 17, .source = "fd01::2", .destination = "fd02::2", .snat_address = "fd02::1"}));

  ASSERT_EQ(decoded.entries.size(), 1u);
  EXPECT_EQ(decoded.entries[0].row.protocol, IpProtocol::kUdp);
  EXPECT_EQ(decoded.entries[0].row.snat_address.ToIpAddress().ToString(), "fd02::1");
  EXPECT_EQ(decoded.entries[0].row.state, std::nullopt);
}

TEST(CtCodec, TellsTranslatedFromNotByStatusElseByTuples) {
  const CtFields same = {.source = "10.2.0.1", .source_port = 40000, .status = std::nullopt};
  CtFields other_port = same;
  other_port.source_port = 40001;
  CtFields status_says_no;
  status_says_no.status = 0x08;
  CtFields tuples_say_so;
  tuples_say_so.status = std::nullopt;
  // Destination NAT alone.
  CtFields only_destination = same;
  only_destination.status = 0x28;

  EXPECT_FALSE(Decode(CtEntryBytes(kSequence, same)).entries.at(0).is_translated);
  EXPECT_TRUE(Decode(CtEntryBytes(kSequence, other_port)).entries.at(0).is_translated);
  EXPECT_FALSE(Decode(CtEntryBytes(kSequence, status_says_no)).entries.at(0).is_translated);
  EXPECT_TRUE(Decode(CtEntryBytes(kSequence, tuples_say_so)).entries.at(0).is_translated);
  EXPECT_FALSE(Decode(CtEntryBytes(kSequence, only_destination)).entries.at(0).is_translated);
}

TEST(CtCodec, NamesTheStatesOfConntrackAsThoseOfSockets) {
  EXPECT_EQ(TcpStateOfConntrack(0), std::nullopt);  // NONE
  EXPECT_EQ(TcpStateOfConntrack(1), TcpState::kSynSent);
  EXPECT_EQ(TcpStateOfConntrack(2), TcpState::kSynRecv);
  EXPECT_EQ(TcpStateOfConntrack(3), TcpState::kEstablished);
  EXPECT_EQ(TcpStateOfConntrack(4), TcpState::kFinWait1);
  EXPECT_EQ(TcpStateOfConntrack(5), TcpState::kCloseWait);
  EXPECT_EQ(TcpStateOfConntrack(6), TcpState::kLastAck);
  EXPECT_EQ(TcpStateOfConntrack(7), TcpState::kTimeWait);
  EXPECT_EQ(TcpStateOfConntrack(8), TcpState::kClose);
  EXPECT_EQ(TcpStateOfConntrack(9), TcpState::kSynSent);  // SYN_SENT2
  EXPECT_EQ(TcpStateOfConntrack(10), std::nullopt);
  EXPECT_EQ(TcpStateOfConntrack(255), std::nullopt);
}

TEST(CtCodec, SkipsOtherProtocolsMessagesAndSequences) {
  const Decoded decoded =
      Decode(Join({CtEntryBytes(kSequence, {.protocol = 1}), CtEntryBytes(kSequence - 1, {}),
                   NfMessageBytes(0x102, 2, kSequence, {}), CtEntryBytes(kSequence, {})}));

  EXPECT_EQ(decoded.progress.value(), NfProgress::kMore);
  EXPECT_EQ(decoded.entries.size(), 1u);
  EXPECT_EQ(decoded.broken_count, 0);
}

TEST(CtCodec, GoesOnAfterABrokenEntry) {
  const Decoded decoded =
      Decode(Join({NfMessageBytes(0x100, 2, kSequence, {NfAttr(7, Big32(1))}),
                   NfMessageBytes(0x100, 2, kSequence, {{0xff, 0xff, 1, 0}}),
                   NfMessageBytes(0x100, 2, kSequence, {NfNested(1, {}), NfNested(2, {})}),
                   CtEntryBytes(kSequence, {})}));

  EXPECT_TRUE(decoded.progress.ok());
  EXPECT_EQ(decoded.broken_count, 3);
  EXPECT_EQ(decoded.entries.size(), 1u);
}

TEST(CtCodec, SaysWhatBecameOfTheDump) {
  struct Case {
    Bytes bytes;
    absl::StatusCode code;
  };
  Bytes interrupted = CtEntryBytes(kSequence, {});
  interrupted[6] = 0x10;  // NLM_F_DUMP_INTR
  for (const Case& c :
       {Case{NetlinkMessage(kError, kSequence, Number(-1)), absl::StatusCode::kPermissionDenied},
        {NetlinkMessage(kError, kSequence, Number(-22)), absl::StatusCode::kInvalidArgument},
        {NetlinkMessage(kError, kSequence, Number(-95)), absl::StatusCode::kNotFound},
        {NetlinkMessage(kDone, kSequence, Number(-4)), absl::StatusCode::kUnavailable},
        {NetlinkMessage(kDone, kSequence, Number(-105)), absl::StatusCode::kUnavailable},
        {NetlinkMessage(kDone, kSequence, {}), absl::StatusCode::kDataLoss},
        {NetlinkMessage(0x100, kSequence, {}), absl::StatusCode::kDataLoss},
        {interrupted, absl::StatusCode::kUnavailable}}) {
    EXPECT_EQ(Decode(c.bytes).progress.status().code(), c.code)
        << Decode(c.bytes).progress.status();
  }
  EXPECT_EQ(Decode(NetlinkMessage(kError, kSequence, Number(0))).progress.value(),
            NfProgress::kDone);
}

TEST(CtCodec, RefusesEveryCutOfAMessage) {
  const Bytes whole = CtEntryBytes(kSequence, {});
  for (size_t size = 1; size < whole.size(); ++size) {
    const Decoded decoded =
        Decode(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size)));
    EXPECT_EQ(decoded.progress.status().code(), absl::StatusCode::kDataLoss) << size;
    EXPECT_TRUE(decoded.entries.empty()) << size;
  }
}

TEST(CtCodec, AsksForWhatIsTranslated) {
  NfRequest request = EncodeCtDump(AF_UNSPEC, true, 9);
  // struct nlmsghdr, struct nfgenmsg, CTA_STATUS, CTA_STATUS_MASK.
  EXPECT_EQ(Bytes(request.bytes().begin(), request.bytes().end()),
            Bytes({36, 0, 0, 0, 0x01, 0x01, 0x01, 0x03, 9, 0,    0, 0, 0,  0, 0, 0, 0, 0,
                   0,  0, 8, 0, 3,    0,    0,    0,    0, 0x10, 8, 0, 26, 0, 0, 0, 0, 0x10}));
}

TEST(CtCodec, AsksForOneAddress) {
  RawAddress address = RawAddress::From(IpAddress::Parse("10.2.0.1").value());
  NfRequest request = EncodeCtDumpFrom(address, 9);
  const Bytes bytes(request.bytes().begin() + 20, request.bytes().end());
  EXPECT_EQ(bytes, Join({NfAttr(3, Big32(0)), NfAttr(26, Big32(0x10)),
                         NfNested(2, {NfNested(1, {NfAttr(2, Address("10.2.0.1"))})}),
                         NfNested(25, {NfAttr(2, {2, 0, 0, 0})})}));
}

}  // namespace
}  // namespace berthmaster
