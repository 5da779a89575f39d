// berthctl lint and explain as the real binary, and how they read files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/lint/lint_files.h"
#include "cli/lint_report.h"
#include "common/file/file.h"
#include "tests/process/child_process.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class LintCommandTest : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    std::string path = absl::StrCat(directory_.path(), "/", name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    EXPECT_TRUE(WriteFileAtomically(path, content, 0644).ok());
    return path;
  }

  // The exit code; what was printed is in output_.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), BinaryPath("berthctl"));
    // No configuration of whoever runs the test.
    auto process = ChildProcess::Start(arguments, {{"XDG_CONFIG_HOME", directory_.path()}});
    const int code = process->WaitForExit(absl::Seconds(30));
    output_ = process->Output();
    return code;
  }

  TempDirectory directory_;
  std::string output_;
};

TEST_F(LintCommandTest, ExitsByTheWorstFinding) {
  const std::string note = Write("note.conf", "net.ipv4.tcp_tw_reuse = 1\n");
  const std::string warning = Write("warning.conf", "net.ipv4.tcp_fin_timeout = 30\n");
  const std::string error = Write("error.conf", "net.ipv4.tcp_tw_recycle = 1\n");
  EXPECT_EQ(Run({"lint", note, "--strict"}), 0) << output_;
  EXPECT_EQ(Run({"lint", warning}), 0) << output_;
  EXPECT_EQ(Run({"lint", warning, "--strict"}), 1) << output_;
  EXPECT_EQ(Run({"lint", error}), 1) << output_;
  EXPECT_THAT(output_, AllOf(HasSubstr(absl::StrCat(error, ":1: error: ")),
                             HasSubstr("net.ipv4.tcp_tw_recycle = 1 [tw-recycle-gone]"),
                             HasSubstr("1 error, 0 warnings, 0 notes in 1 setting of 1 file")));
}

TEST_F(LintCommandTest, SaysHowItIsUsed) {
  const std::string path = Write("a.conf", "");
  EXPECT_EQ(Run({"lint"}), 2);
  EXPECT_EQ(Run({"lint", path, "-o", "xml"}), 2);
  EXPECT_EQ(Run({"lint", path, "--kernel", "new"}), 2);
  EXPECT_EQ(Run({"lint", path, "--kernel", "6.1"}), 0) << output_;
  EXPECT_EQ(Run({"lint", path + ".gone"}), 3);
  EXPECT_THAT(output_, HasSubstr("a.conf.gone"));
}

TEST_F(LintCommandTest, ExplainsWithoutAController) {
  EXPECT_EQ(Run({"explain", "tcp_tw_reuse", "SO_LINGER"}), 0) << output_;
  EXPECT_THAT(output_, HasSubstr("SO_LINGER with 0"));
  EXPECT_EQ(Run({"explain", "tcp_tw_resue"}), 3);
  EXPECT_THAT(output_, HasSubstr("did you mean net.ipv4.tcp_tw_reuse"));
  EXPECT_EQ(Run({"explain"}), 0) << output_;
}

TEST_F(LintCommandTest, PrintsForMachines) {
  const std::string path = Write("a b.conf", "net.ipv4.tcp_tw_recycle = 1\n");
  EXPECT_EQ(Run({"lint", path, "-o", "jsonl"}), 1);
  EXPECT_THAT(output_, StartsWith(absl::StrCat("{\"file\":\"", path,
                                               "\",\"line\":1,\"severity\":"
                                               "\"error\",\"id\":\"tw-recycle-gone\"")));
  EXPECT_EQ(Run({"lint", path, "-o", "json"}), 1);
  EXPECT_THAT(output_, HasSubstr("\"errorCount\": 1,"));
  EXPECT_EQ(Run({"lint", path, "-o", "sarif"}), 1);
  EXPECT_THAT(output_, AllOf(HasSubstr("\"version\": \"2.1.0\""), HasSubstr("/a%20b.conf\""),
                             HasSubstr("\"startLine\": 1")));
}

TEST_F(LintCommandTest, MergesDirectoriesByName) {
  Write("etc/20-b.conf", "net.ipv4.tcp_fin_timeout = 60\n");
  Write("etc/README", "no configuration\n");
  Write("etc/.hidden.conf", "foo\n");
  Write("usr/10-a.conf", "net.ipv4.tcp_fin_timeout = 30\n");
  Write("usr/20-b.conf", "net.ipv4.tcp_fin_timeout = 5\n");
  auto sources = ReadLintSources({directory_.path() + "/etc", directory_.path() + "/usr"});
  ASSERT_TRUE(sources.ok()) << sources.status();
  ASSERT_EQ(sources->size(), 3u);
  EXPECT_THAT((*sources)[0].name, HasSubstr("/usr/10-a.conf"));
  EXPECT_THAT((*sources)[1].name, HasSubstr("/etc/20-b.conf"));
  EXPECT_EQ((*sources)[2].hidden_by, (*sources)[1].name);
  const LintReport report = Lint(*sources, {});
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[0].advice.id, "overridden");
  EXPECT_EQ(report.findings[1].advice.id, "file-hidden");
}

TEST_F(LintCommandTest, TellsManifestsByNameOrContent) {
  EXPECT_TRUE(LooksLikeManifest("a.yaml", ""));
  EXPECT_TRUE(LooksLikeManifest("-", "# x\napiVersion: v1\nkind: Pod\n"));
  EXPECT_TRUE(LooksLikeManifest("-", " {\"kind\": \"Pod\"}"));
  EXPECT_FALSE(LooksLikeManifest("a.conf", "kind: Pod\n"));
  EXPECT_FALSE(LooksLikeManifest("-", "net.ipv4.tcp_tw_reuse = 1\n"));
}

TEST_F(LintCommandTest, RefusesFilesThatAreNoConfiguration) {
  const std::string large = Write("large.conf", std::string(1024 * 1024 + 1, '\n'));
  EXPECT_TRUE(absl::IsResourceExhausted(ReadLintSources({large}).status()));
}

TEST(LintReport, KeepsControlCharactersFromTheTerminal) {
  const LintReport report = Lint({{.name = "a",
                                   .content = "net.ipv4.tcp_tw_reuse = \x1b[2J\n",
                                   .is_manifest = false,
                                   .hidden_by = ""}},
                                 {});
  const std::string text = *RenderLint(report, LintFormat::kText);
  EXPECT_THAT(text, HasSubstr("value-invalid"));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace berthmaster
