#include "agent/kernel/sockets/ss_parser.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;

SocketRow Parse(absl::string_view line, std::optional<TcpState> known_state = std::nullopt) {
  SocketRow row;
  EXPECT_EQ(ParseSsLine(line, known_state, row), absl::OkStatus());
  return row;
}

absl::Status Error(absl::string_view line) {
  SocketRow row;
  return ParseSsLine(line, std::nullopt, row);
}

// The lines are those of ss 6.1.0 on Linux 6.18.
TEST(SsParser, ReadsAnEstablishedSocket) {
  const SocketRow row = Parse(
      "ESTAB      3      7                            10.9.0.2:35414          10.9.0.3:8080  "
      "uid:33 ino:101918 sk:1004 cgroup:/system.slice/nginx.service <->                   ");

  EXPECT_EQ(row.state, TcpState::kEstablished);
  EXPECT_FALSE(row.is_mini);
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "10.9.0.2");
  EXPECT_EQ(row.local_port, 35414);
  EXPECT_EQ(row.destination.ToIpAddress().ToString(), "10.9.0.3");
  EXPECT_EQ(row.destination_port, 8080);
  EXPECT_EQ(row.receive_queue, 3u);
  EXPECT_EQ(row.send_queue, 7u);
  EXPECT_EQ(row.uid, 33u);
  EXPECT_EQ(row.inode, 101918u);
  EXPECT_EQ(row.cookie, 0x1004u);
  EXPECT_EQ(row.cgroup, "/system.slice/nginx.service");
}

TEST(SsParser, ReadsTimeWaitWithItsRemainingTime) {
  const SocketRow row = Parse(
      "TIME-WAIT  0      0                   [::ffff:10.9.0.2]:49906 [::ffff:10.9.0.2]:8081  "
      "timer:(timewait,57sec,0) ino:0 sk:1014            ");

  EXPECT_EQ(row.state, TcpState::kTimeWait);
  EXPECT_TRUE(row.is_mini);
  EXPECT_EQ(row.expires_ms, 57000u);
  EXPECT_TRUE(row.source.is_v4);
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "10.9.0.2");
  EXPECT_EQ(row.inode, 0u);
  EXPECT_EQ(row.cookie, 0x1014u);
  EXPECT_EQ(row.cgroup, "");
}

TEST(SsParser, TellsAMiniSocketInFinWait2FromAFullOne) {
  EXPECT_TRUE(
      Parse("FIN-WAIT-2 0 0 10.9.0.2:1 10.9.0.2:2 timer:(timewait,4.688ms,0) ino:0 sk:1").is_mini);
  EXPECT_FALSE(Parse("FIN-WAIT-2 0 0 10.9.0.2:1 10.9.0.2:2 ino:5 sk:1 -->").is_mini);
  const SocketRow keepalive =
      Parse("FIN-WAIT-2 0 0 10.9.0.2:1 10.9.0.2:2 timer:(keepalive,119min,0) ino:5 sk:1 -->");
  EXPECT_FALSE(keepalive.is_mini);
  EXPECT_EQ(keepalive.expires_ms, 0u);
}

TEST(SsParser, ReadsListenersOnEveryKindOfWildcard) {
  SocketRow row = Parse("LISTEN 1 128 0.0.0.0%d0:9001 0.0.0.0:* ino:102139 sk:1001 cgroup:/ <->");
  EXPECT_EQ(row.state, TcpState::kListen);
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "0.0.0.0");
  EXPECT_EQ(row.local_port, 9001);
  EXPECT_EQ(row.destination_port, 0);
  EXPECT_EQ(row.receive_queue, 1u);
  EXPECT_EQ(row.send_queue, 128u);

  row = Parse("LISTEN 0 5 *:8081 *:* ino:101916 sk:100f cgroup:/ v6only:0 <->");
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "::");
  EXPECT_EQ(row.cgroup, "/");

  row = Parse("LISTEN 0 5 [::]:8082 [::]:* ino:1 sk:2 cgroup:/ v6only:1 <->");
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "::");
}

TEST(SsParser, ReadsAScopedAddress) {
  const SocketRow row =
      Parse("LISTEN 0 128 [fe80::9c9e:2bff:feef:2d6d]%we%rd0:9000 [::]:* ino:1 sk:1011 <->");
  EXPECT_EQ(row.source.ToIpAddress().ToString(), "fe80::9c9e:2bff:feef:2d6d");
  EXPECT_EQ(row.local_port, 9000);
}

TEST(SsParser, TakesTheStateThatSsLeavesOut) {
  const SocketRow row =
      Parse("0      5                   10.9.0.2:8080 0.0.0.0:* ino:1 sk:1002 cgroup:/ <->",
            TcpState::kListen);
  EXPECT_EQ(row.state, TcpState::kListen);
  EXPECT_EQ(row.local_port, 8080);
}

TEST(SsParser, NamesAnUnconnectedSocketBound) {
  EXPECT_EQ(Parse("UNCONN 0 0 10.9.0.1:5353 0.0.0.0:* ino:1 sk:2 cgroup:/ <->").state,
            TcpState::kBoundInactive);
}

TEST(SsParser, TakesNothingOutOfAHostileCgroup) {
  const SocketRow row = Parse(
      "ESTAB 0 0 10.0.0.1:1 10.0.0.2:2 ino:5 sk:a cgroup:/x uid:0 sk:ffff ino:9 "
      "timer:(timewait,1sec,0) <-> y v6only:1 <->");
  EXPECT_EQ(row.inode, 5u);
  EXPECT_EQ(row.cookie, 0xau);
  EXPECT_FALSE(row.is_mini);
  EXPECT_EQ(row.cgroup, "/x uid:0 sk:ffff ino:9 timer:(timewait,1sec,0) <-> y");
}

TEST(SsParser, LeavesOutACgroupThatSsDoesNotFind) {
  EXPECT_EQ(Parse("ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 ino:5 sk:a cgroup:unreachable:2a1 <->").cgroup,
            "");
}

TEST(SsParser, LeavesUnknownAttributesAlone) {
  EXPECT_EQ(Parse("ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 fresh:(a,b) ino:5 sk:a fwmark:0x1 <->").inode, 5u);
}

TEST(SsParser, NamesTheLineThatItDoesNotUnderstand) {
  const absl::Status status = Error("ESTABLISHED 0 0 1.2.3.4:1 1.2.3.4:2 ino:5 sk:a <->");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("the state is not known"));
  EXPECT_THAT(status.message(), HasSubstr("'ESTABLISHED 0 0 1.2.3.4:1 "));
  EXPECT_THAT(Error(absl::StrCat("ESTAB \x1b[2J", std::string(5000, 'x'))).message(),
              HasSubstr("'ESTAB ?[2Jxxx"));
  EXPECT_LT(Error(std::string(5000, 'x')).message().size(), 300u);
}

TEST(SsParser, RefusesEveryCutOfALine) {
  const absl::string_view line =
      "TIME-WAIT 0 0 10.9.0.2:4990 10.9.0.2:8081 timer:(timewait,57sec,0)";
  for (size_t size = 0; size < line.size(); ++size) {
    EXPECT_FALSE(Error(line.substr(0, size)).ok()) << line.substr(0, size);
  }
  EXPECT_TRUE(Error(line).ok());
}

TEST(SsParser, RefusesFieldsOfAnotherForm) {
  for (const char* line : {
           "",
           "UNDEF 0 0 1.2.3.4:1 1.2.3.4:2",
           "ESTAB -1 0 1.2.3.4:1 1.2.3.4:2",
           "ESTAB 0 4294967296 1.2.3.4:1 1.2.3.4:2",
           "ESTAB 0 0 1.2.3.4:65536 1.2.3.4:2",
           "ESTAB 0 0 1.2.3.4:http 1.2.3.4:2",
           "ESTAB 0 0 1.2.3:1 1.2.3.4:2",
           "ESTAB 0 0 fe80::1:1 1.2.3.4:2",
           "ESTAB 0 0 [fe80::1:1 1.2.3.4:2",
           "ESTAB 0 0 localhost:1 1.2.3.4:2",
           "ESTAB 0 0 1.2.3.4%:1 1.2.3.4:2",
           "ESTAB 0 0 1.2.3.4%abcdefghijklmnop:1 1.2.3.4:2",
           "ESTAB 0 0 1.2.3.4 1.2.3.4:2",
           "ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 timer:timewait",
           "ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 timer:(timewait)",
           "ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 timer:(timewait,soon,0)",
           "ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 ino:x",
           "ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 uid:-5",
           "ESTAB 0 0 1.2.3.4:1 1.2.3.4:2 sk:10000000000000000",
       }) {
    EXPECT_EQ(Error(line).code(), absl::StatusCode::kInvalidArgument) << line;
  }
}

TEST(SsTime, ReadsWhatSsPrints) {
  EXPECT_EQ(ParseSsTime("").value(), 0u);
  EXPECT_EQ(ParseSsTime("004ms").value(), 4u);
  EXPECT_EQ(ParseSsTime("688ms").value(), 688u);
  EXPECT_EQ(ParseSsTime("9sec").value(), 9000u);
  EXPECT_EQ(ParseSsTime("9.012ms").value(), 9012u);
  EXPECT_EQ(ParseSsTime("9.012sec").value(), 9012u);
  EXPECT_EQ(ParseSsTime("52sec").value(), 52000u);
  EXPECT_EQ(ParseSsTime("1min").value(), 60000u);
  EXPECT_EQ(ParseSsTime("1min5sec").value(), 65000u);
  EXPECT_EQ(ParseSsTime("1min5.sec").ok(), false);
  EXPECT_EQ(ParseSsTime("119min").value(), 119u * 60000);
}

TEST(SsTime, RefusesAnythingElse) {
  for (const char* text : {"52", "sec", "-1sec", "1 sec", "1h", "9.sec", "9.01sec", "9.0123sec",
                           "9.012", "12345sec", "9999min9999min"}) {
    EXPECT_FALSE(ParseSsTime(text).ok()) << text;
  }
}

}  // namespace
}  // namespace berthmaster
