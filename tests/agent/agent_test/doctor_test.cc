#include "agent/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "agent/doctor_command.h"

namespace berthmaster {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

AgentConfig WithProfile(AgentProfile profile) {
  AgentConfig config;
  config.profile = profile;
  return config;
}

DoctorInputs GoodHost() {
  DoctorInputs inputs;
  inputs.host.kernel_release = "6.18.1";
  inputs.host.capabilities = CapabilityState();
  for (Capability one : CapabilitiesOf(AgentProfile::kObserve)) {
    inputs.host.capabilities->effective.Add(one);
  }
  inputs.host.file_limit = FileLimit{32768, 1048576};
  inputs.host.has_cgroup_v2 = true;
  inputs.host.hide_pid = HidePid::kOff;
  inputs.host.netns_count = 12;
  return inputs;
}

// The check of that name; one in no state when there is none.
DoctorCheck Find(const std::vector<DoctorCheck>& checks, absl::string_view what) {
  for (const DoctorCheck& check : checks) {
    if (check.what == what) return check;
  }
  return {"not there", CheckState::kUnknown, "", "", {}};
}

TEST(Doctor, FindsAGoodHostComplete) {
  for (AgentProfile profile :
       {AgentProfile::kObserveLite, AgentProfile::kObserve, AgentProfile::kEnforce}) {
    const std::vector<DoctorCheck> checks = Diagnose(GoodHost(), WithProfile(profile));
    EXPECT_TRUE(IsComplete(checks));
    for (const DoctorCheck& check : checks) {
      EXPECT_EQ(check.state, CheckState::kOk) << check.what;
      EXPECT_THAT(check.use, Not(IsEmpty()));
      EXPECT_THAT(check.remedies, IsEmpty());
    }
  }
}

TEST(Doctor, NamesTheMissingCapabilityAndItsRemedy) {
  DoctorInputs inputs = GoodHost();
  inputs.host.capabilities->effective = {Capability::kSysAdmin};
  const AgentConfig config = WithProfile(AgentProfile::kObserve);
  const std::vector<DoctorCheck> checks = Diagnose(inputs, config);

  EXPECT_FALSE(IsComplete(checks));
  EXPECT_EQ(Find(checks, "CAP_SYS_ADMIN").state, CheckState::kOk);
  EXPECT_EQ(Find(checks, "CAP_BPF").state, CheckState::kMissing);
  EXPECT_THAT(Find(checks, "CAP_BPF").remedies,
              ElementsAre(HasSubstr("grant CAP_BPF; run the agent as root")));
  EXPECT_THAT(DoctorTable(checks, config), HasSubstr("CAP_BPF              missing  not held "));
}

TEST(Doctor, AsksOnlyForWhatTheProfileUses) {
  DoctorInputs inputs = GoodHost();
  inputs.host.capabilities->effective = {};
  inputs.host.setns = absl::PermissionDeniedError("setns");
  inputs.host.btf = absl::NotFoundError("no BTF");
  inputs.host.sysctl_write = absl::PermissionDeniedError("read-only");
  EXPECT_TRUE(IsComplete(Diagnose(inputs, WithProfile(AgentProfile::kObserveLite))));

  inputs = GoodHost();
  inputs.host.sysctl_write = absl::PermissionDeniedError("read-only");
  EXPECT_TRUE(IsComplete(Diagnose(inputs, WithProfile(AgentProfile::kObserve))));
  const std::vector<DoctorCheck> enforce = Diagnose(inputs, WithProfile(AgentProfile::kEnforce));
  EXPECT_EQ(Find(enforce, "sysctls").state, CheckState::kMissing);
  EXPECT_EQ(Find(enforce, "sysctls").found, "read-only");
}

TEST(Doctor, SeesThroughHiddenProcessesOnlyWithPtrace) {
  DoctorInputs inputs = GoodHost();
  inputs.host.hide_pid = HidePid::kInvisible;
  EXPECT_EQ(Find(Diagnose(inputs, WithProfile(AgentProfile::kObserve)), "hidepid").state,
            CheckState::kOk);
  inputs.host.capabilities->effective = {};
  const DoctorCheck hidden =
      Find(Diagnose(inputs, WithProfile(AgentProfile::kObserveLite)), "hidepid");
  EXPECT_EQ(hidden.state, CheckState::kMissing);
  EXPECT_THAT(hidden.remedies, ElementsAre(HasSubstr("hidepid=0")));
  inputs.host.hide_pid.reset();
  EXPECT_EQ(Find(Diagnose(inputs, WithProfile(AgentProfile::kObserveLite)), "hidepid").state,
            CheckState::kUnknown);
}

TEST(Doctor, CountsWhatIsUnknownAsThere) {
  DoctorInputs inputs = GoodHost();
  inputs.host.has_cgroup_v2 = false;
  inputs.host.file_limit.reset();
  EXPECT_TRUE(IsComplete(Diagnose(inputs, WithProfile(AgentProfile::kObserve))));
}

TEST(Doctor, SaysWhatElseCanBeMissing) {
  DoctorInputs inputs = GoodHost();
  inputs.host.netns_cookie = absl::UnimplementedError("no SO_NETNS_COOKIE");
  inputs.host.file_limit = FileLimit{256, 256};
  inputs.host.netns_limitations = {"three processes; remedy"};
  inputs.state_directory = absl::PermissionDeniedError("/var/lib: denied");
  inputs.controller = absl::UnavailableError("refused");
  inputs.reader_limitations = {"BPF programs are refused; remedy"};
  const std::vector<DoctorCheck> checks = Diagnose(inputs, WithProfile(AgentProfile::kObserve));

  for (const char* what :
       {"kernel", "open files", "network namespaces", "state directory", "controller", "readers"}) {
    EXPECT_EQ(Find(checks, what).state, CheckState::kMissing) << what;
    EXPECT_THAT(Find(checks, what).remedies, ElementsAre(Not(IsEmpty()))) << what;
  }
  EXPECT_THAT(Find(checks, "readers").remedies, ElementsAre("BPF programs are refused; remedy"));
}

TEST(Doctor, HasOneLineForEachCheckAndOneForEachRemedy) {
  DoctorInputs inputs = GoodHost();
  inputs.host.netns_limitations = {"of 1 process; a", "of process 1; b"};
  inputs.reader_limitations = {"no BPF; c", "no owners; d"};
  const AgentConfig config = WithProfile(AgentProfile::kObserve);
  const std::vector<DoctorCheck> checks = Diagnose(inputs, config);

  std::set<std::string> names;
  for (const DoctorCheck& check : checks)
    EXPECT_TRUE(names.insert(check.what).second) << check.what;
  EXPECT_THAT(Find(checks, "network namespaces").remedies,
              ElementsAre("of 1 process; a", "of process 1; b"));
  EXPECT_THAT(DoctorTable(checks, config), HasSubstr("\nProfile observe: 2 missing.\n"
                                                     "  readers: no BPF; c\n"
                                                     "  readers: no owners; d\n"
                                                     "  network namespaces: of 1 process; a\n"
                                                     "  network namespaces: of process 1; b\n"));
}

TEST(Doctor, WritesJsonThatNothingCanBreak) {
  const AgentConfig config = WithProfile(AgentProfile::kEnforce);
  EXPECT_EQ(
      DoctorJson({{"a\"b", CheckState::kMissing, "c\\\n\x1b\xff", "use", {"one", "t\"wo"}},
                  {"d", CheckState::kOk, "e", "f", {}}},
                 config),
      "{\n  \"profile\": \"enforce\",\n  \"complete\": false,\n  \"checks\": [\n"
      "    {\"what\": \"a\\\"b\", \"state\": \"missing\", \"found\": \"c\\\\\\u000a\\u001b?\", "
      "\"use\": \"use\", \"remedies\": [\"one\", \"t\\\"wo\"]},\n"
      "    {\"what\": \"d\", \"state\": \"ok\", \"found\": \"e\", \"use\": \"f\", "
      "\"remedies\": []}\n  ]\n}\n");
}

TEST(Doctor, LooksWhetherTheStateDirectoryCouldBeMade) {
  EXPECT_TRUE(CheckStateDirectory(::testing::TempDir() + "/not/there/yet").ok());
  EXPECT_FALSE(CheckStateDirectory("relative/not/there").ok());
  EXPECT_FALSE(CheckStateDirectory("/dev/null/sub").ok());
}

}  // namespace
}  // namespace berthmaster
