#include "cli/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cli/explanation.h"
#include "cli/json_writer.h"
#include "common/sysctl/setting_name.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Text(const std::vector<std::string>& names,
                 OutputFormat format = OutputFormat::kTable) {
  absl::StatusOr<std::string> text = Explain(names, format);
  return text.ok() ? *text : std::string(text.status().message());
}

TEST(Explain, SaysWhatASysctlDoesAndWhatIsBelievedOfIt) {
  EXPECT_THAT(Text({"tcp_fin_timeout"}),
              AllOf(StartsWith("Name:                     net.ipv4.tcp_fin_timeout\n"),
                    HasSubstr("the value of the node does not reach its pods"),
                    HasSubstr("Since:                    Linux 4.6; before, one for the host"),
                    HasSubstr("Default:                  60"),
                    HasSubstr("Believed: tcp_fin_timeout shortens TIME_WAIT."),
                    HasSubstr("TIME_WAIT lasts 60 s whatever this says"),
                    HasSubstr("\nBelow 10:\n"), HasSubstr("net.ipv4.tcp_fin_timeout = VALUE"),
                    HasSubstr("since Kubernetes 1.29"), Not(HasSubstr("allowedUnsafeSysctls"))));
}

TEST(Explain, AnswersForWhatIsGoneAndForWhatIsNoSysctl) {
  EXPECT_THAT(
      Text({"net/ipv4/tcp_tw_recycle"}),
      AllOf(HasSubstr("Gone since:               Linux 4.12"),
            HasSubstr("clients behind one NAT address"), HasSubstr("net.ipv4.tcp_tw_reuse = 1")));
  for (const char* name :
       {"SO_LINGER", "so_reuseaddr", "SO_REUSEPORT", "IP_LOCAL_PORT_RANGE", "TIME_WAIT"}) {
    EXPECT_THAT(Text({name}), AllOf(HasSubstr("What it does:"), HasSubstr("In truth:"))) << name;
  }
}

TEST(Explain, SaysWhatIsWorthKnowingWhereNothingWrongIsBelieved) {
  EXPECT_THAT(Text({"IP_BIND_ADDRESS_NO_PORT"}),
              AllOf(HasSubstr("Worth knowing:"), HasSubstr("Linux 4.2"),
                    HasSubstr("How to use it:\n  int on = 1;")));
}

TEST(Explain, TellsHowAPodMaySetAnUnsafeSysctl) {
  EXPECT_THAT(Text({"tcp_tw_reuse"}),
              AllOf(HasSubstr("unsafe"), HasSubstr("    - name: net.ipv4.tcp_tw_reuse"),
                    HasSubstr("allowedUnsafeSysctls:\n  - net.ipv4.tcp_tw_reuse")));
  EXPECT_THAT(Text({"nf_conntrack_max"}),
              AllOf(HasSubstr("no pod can set it"), Not(HasSubstr("securityContext"))));
}

TEST(Explain, SuggestsWhatWasMeant) {
  absl::StatusOr<std::string> text = Explain({"tcp_tw_resue"}, OutputFormat::kTable);
  EXPECT_TRUE(absl::IsNotFound(text.status()));
  EXPECT_THAT(std::string(text.status().message()),
              HasSubstr("did you mean net.ipv4.tcp_tw_reuse"));
  EXPECT_THAT(Text({"banana\x1b[2J"}), AllOf(HasSubstr("is not known"), Not(HasSubstr("\x1b"))));
}

TEST(Explain, ListsAllThereIs) {
  EXPECT_THAT(Text({}), AllOf(HasSubstr("net.ipv4.ip_local_port_range"), HasSubstr("SO_LINGER"),
                              HasSubstr("net.ipv4.tcp_tw_recycle")));
  EXPECT_THAT(Text({}, OutputFormat::kName), StartsWith("net.ipv4.ip_local_port_range\n"));
  for (absl::string_view name : ExplainedNames()) {
    EXPECT_EQ(FindSettingName(name), name);
    EXPECT_FALSE(ExplainSetting(name).effect.empty()) << name;
    EXPECT_FALSE(ExplainSetting(name).kind.empty()) << name;
  }
}

TEST(Explain, PrintsJsonAndYaml) {
  EXPECT_THAT(Text({"TIME_WAIT"}, OutputFormat::kJson),
              AllOf(StartsWith("{\n  \"explanations\": [\n"),
                    HasSubstr("\"id\": \"time-wait-is-useful\"")));
  EXPECT_THAT(Text({"TIME_WAIT"}, OutputFormat::kYaml),
              StartsWith("explanations:\n  - name: \"TIME_WAIT\"\n"));
}

TEST(JsonWriter, WritesWhatAnyReaderTakes) {
  JsonWriter json;
  json.BeginObject().String("a", "x\"\\\n\x7f").Number("b", -1).Boolean("c", true);
  json.Strings("d", {"1", "\xC3\xA4"}).BeginArray("e").EndArray().String("f", "\xff\xC0\x80|");
  json.EndObject();
  EXPECT_EQ(json.text(),
            "{\"a\":\"x\\\"\\\\\\u000a\\u007f\",\"b\":-1,\"c\":true,\"d\":[\"1\",\"\xC3\xA4\"],"
            "\"e\":[],\"f\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD|\"}");
}

}  // namespace
}  // namespace berthmaster
