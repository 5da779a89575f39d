#include "agent/kernel/sockets/procfs_parser.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

constexpr ProcNetTable kTcp;
constexpr ProcNetTable kTcp6 = {.is_v4 = false};
constexpr ProcNetTable kUdp = {.protocol = IpProtocol::kUdp};

SocketRow Parse(absl::string_view line, const ProcNetTable& table) {
  SocketRow row;
  EXPECT_EQ(ParseProcNetLine(line, table, row), absl::OkStatus());
  return row;
}

// The lines are those of Linux 6.18, little-endian.
TEST(ProcfsParser, ReadsAnEstablishedSocket) {
  const SocketRow row = Parse(
      "  10: 0200090A:9582 0100090A:1F9A 01 00000001:00000002 01:00000033 00000000  1000        0 "
      "102146 2 00000000db2f03b4 100 0 0 10 -1                   ",
      kTcp);

  EXPECT_EQ(row.state, TcpState::kEstablished);
  EXPECT_FALSE(row.is_mini);
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "10.9.0.2");
  EXPECT_EQ(row.local_port, 0x9582);
  EXPECT_EQ(row.destination.ToIpAddress().ToString(), "10.9.0.1");
  EXPECT_EQ(row.destination_port, 8090);
  EXPECT_EQ(row.send_queue, 1u);
  EXPECT_EQ(row.receive_queue, 2u);
  EXPECT_EQ(row.uid, 1000u);
  EXPECT_EQ(row.inode, 102146u);
  EXPECT_EQ(row.expires_ms, 0u);
  EXPECT_EQ(row.cookie, 0u);
}

TEST(ProcfsParser, ReadsTimeWaitWithItsRemainingTime) {
  const SocketRow row = Parse(
      "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000     0        0 "
      "0 "
      "3 0000000007928068                                      ",
      kTcp);

  EXPECT_EQ(row.state, TcpState::kTimeWait);
  EXPECT_TRUE(row.is_mini);
  EXPECT_EQ(row.expires_ms, 57500u);
}

TEST(ProcfsParser, TellsAMiniSocketInFinWait2FromAFullOne) {
  SocketRow row = Parse(
      "   6: 0200090A:8A70 0200090A:1F90 05 00000000:00000000 03:00001677 00000000     0        0 "
      "0 3 "
      "00000000dc9f202a",
      kTcp);
  EXPECT_EQ(row.state, TcpState::kFinWait2);
  EXPECT_TRUE(row.is_mini);

  row = Parse(
      "   6: 0200090A:8A70 0200090A:1F90 05 00000000:00000000 02:00000400 00000000     0        0 "
      "7 1 "
      "00000000dc9f202a 20 4 0 10 -1",
      kTcp);
  EXPECT_FALSE(row.is_mini);
  EXPECT_EQ(row.expires_ms, 0u);
}

TEST(ProcfsParser, ReadsIpv6AndFoldsMappedAddresses) {
  SocketRow row = Parse(
      "   3: 000000FD000000000000000001000000:A976 000000FD000000000000000002000000:1F92 01 "
      "00000000:00000000 00:00000000 00000000     0        0 101928 1 000000005d5534a1 20 0 0 10 "
      "-1",
      kTcp6);
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "fd00::1");
  EXPECT_EQ(row.destination.ToIpAddress().ToString(), "fd00::2");
  EXPECT_FALSE(row.source.is_v4);

  row = Parse(
      "   5: 0000000000000000FFFF00000200090A:C2F2 0000000000000000FFFF00000100090A:1F91 06 "
      "00000000:00000000 03:0000166F 00000000     0        0 0 3 0000000018758cdf",
      kTcp6);
  EXPECT_EQ(row.source, RawAddress::From(IpAddress::Parse("10.9.0.2").value()));
  EXPECT_EQ(row.destination, RawAddress::From(IpAddress::Parse("10.9.0.1").value()));
}

TEST(ProcfsParser, ReadsUdp) {
  SocketRow row = Parse(
      "10224: 0100090A:14E9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 "
      "101934 2 00000000f3539683 0        ",
      kUdp);
  EXPECT_EQ(row.state, TcpState::kBoundInactive);
  EXPECT_EQ(row.local_port, 5353);
}

TEST(ProcfsParser, KnowsTheLineOfColumnNames) {
  EXPECT_TRUE(IsProcNetHeader("  sl  local_address rem_address   st tx_queue rx_queue tr "));
  EXPECT_TRUE(IsProcNetHeader("   sl  local_address rem_address   st tx_queue rx_queue tr "));
  EXPECT_FALSE(IsProcNetHeader("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000"));
  EXPECT_FALSE(IsProcNetHeader(""));
}

TEST(ProcfsParser, NamesTheLineThatItDoesNotUnderstand) {
  SocketRow row;
  const absl::Status status = ParseProcNetLine("what \x1b[2J is this", kTcp6, row);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("not a line of /proc/net/tcp6: 'what ?[2J is this'"));
}

TEST(ProcfsParser, RefusesEveryCutOfALine) {
  const std::string line =
      "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000     0        0 "
      "0";
  SocketRow row;
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_FALSE(ParseProcNetLine(line.substr(0, size), kTcp, row).ok()) << size;
  }
  EXPECT_TRUE(ParseProcNetLine(line, kTcp, row).ok());
}

TEST(ProcfsParser, RefusesFieldsOfAnotherForm) {
  constexpr char kInodeTooLarge[] =
      "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 4294967296";
  constexpr char kTimerTooLarge[] =
      "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:FFFFFFFFFFFFFFFF 00000000 0 0 0";
  SocketRow row;
  for (const char* line : {
           // An unknown state, 0 and 14.
           "   4: 0200090A:8A62 0200090A:1F90 00 00000000:00000000 00:00000000 00000000 0 0 0 3",
           "   4: 0200090A:8A62 0200090A:1F90 0E 00000000:00000000 00:00000000 00000000 0 0 0 3",
           // Addresses, ports and queues of another length.
           "   4: 0200090:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 0 3",
           "   4: 0200090A0:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 0 3",
           "   4: 0200090A:8A620 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 0 3",
           "   4: 0200090A:8A62 0200090A:1F90 06 0000000:00000000 03:00001676 00000000 0 0 0 3",
           // Small letters, signs, numbers that do not fit.
           "   4: 0200090a:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 0 3",
           "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 -1 0 0 3",
           kInodeTooLarge,
           kTimerTooLarge,
           "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 0x 3",
       }) {
    EXPECT_EQ(ParseProcNetLine(line, kTcp, row).code(), absl::StatusCode::kInvalidArgument) << line;
  }
}

TEST(ProcfsParser, RefusesIpv4LinesInAnIpv6File) {
  SocketRow row;
  EXPECT_FALSE(
      ParseProcNetLine(
          "   4: 0200090A:8A62 0200090A:1F90 06 00000000:00000000 03:00001676 00000000 0 0 0 3",
          kTcp6, row)
          .ok());
}

}  // namespace
}  // namespace berthmaster
