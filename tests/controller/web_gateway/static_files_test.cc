#include "controller/web_gateway/static_files.h"

#include <gtest/gtest.h>

#include "common/file/file.h"
#include "controller/web_gateway/http_answer.h"
#include "tests/process/temp_directory.h"

namespace berthmaster {
namespace {

class StaticFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(MakeDirectories(directory_.path() + "/web/assets").ok());
    Put("/secret.txt", "secret");
    Put("/web/index.html", "<html>");
    Put("/web/favicon.svg", "<svg>");
    Put("/web/assets/app-1a2b3c4d.js", "let x;");
    Put("/web/assets/app-1a2b3c4d.js.gz", "GZIP");
    Put("/web/notes.unknown", "not served");
    ASSERT_TRUE(files_.Load(directory_.path() + "/web").ok());
  }

  void Put(const std::string& path, absl::string_view content) {
    ASSERT_TRUE(WriteFileAtomically(directory_.path() + path, content, 0644).ok());
  }

  std::string BodyOf(absl::string_view path) {
    const StaticFile* file = files_.Find(path);
    return file == nullptr ? "(nothing)" : file->body;
  }

  TempDirectory directory_;
  StaticFiles files_;
};

TEST_F(StaticFilesTest, ServesFilesAndGivesRoutesTheIndex) {
  EXPECT_EQ(BodyOf("/index.html"), "<html>");
  EXPECT_EQ(BodyOf("/favicon.svg"), "<svg>");
  EXPECT_EQ(BodyOf("/assets/app-1a2b3c4d.js"), "let x;");
  EXPECT_EQ(BodyOf("/"), "<html>");
  EXPECT_EQ(BodyOf("/incidents/01abc"), "<html>");
  EXPECT_EQ(BodyOf("/pools/hosts/web.js/netns/7/pools/10.0.0.1-10.0.0.2-443"), "<html>");
  EXPECT_EQ(BodyOf("/pools/hosts/a/netns/7/pools/fe80%3A%3A1-fe80%3A%3A2-80"), "<html>");
}

TEST_F(StaticFilesTest, MissingFilesAreNotTheIndex) {
  EXPECT_EQ(BodyOf("/assets/app-old.js"), "(nothing)");
  EXPECT_EQ(BodyOf("/assets/"), "(nothing)");
  EXPECT_EQ(BodyOf("/missing.css"), "(nothing)");
}

TEST_F(StaticFilesTest, NoPathLeavesTheDashboard) {
  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt",
                           "/..%2fsecret.txt", "/..%5csecret.txt", "/./index.html", "/%00",
                           "/index.html%00.js", "/%zz", "/%4", "secret.txt", ""}) {
    EXPECT_EQ(BodyOf(path), "(nothing)") << path;
  }
}

TEST_F(StaticFilesTest, AnswersCarryTypeEtagAndCaching) {
  const HttpAnswer hashed = AnswerFile(files_, {"/assets/app-1a2b3c4d.js?v=1", "", ""});
  EXPECT_EQ(hashed.code, 200);
  EXPECT_EQ(hashed.body, "let x;");
  const std::string head = SerializeHead(hashed, "Content-Length: 6", true);
  EXPECT_NE(head.find("Content-Type: text/javascript; charset=utf-8\r\n"), std::string::npos);
  EXPECT_NE(head.find("Cache-Control: public, max-age=31536000, immutable\r\n"), std::string::npos);
  EXPECT_NE(head.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(head.find("frame-ancestors 'none'"), std::string::npos);

  const HttpAnswer zipped = AnswerFile(files_, {"/assets/app-1a2b3c4d.js", "", "br, gzip"});
  EXPECT_EQ(zipped.body, "GZIP");

  const HttpAnswer index = AnswerFile(files_, {"/hosts", "", "gzip"});
  EXPECT_EQ(index.body, "<html>");
  EXPECT_NE(SerializeHead(index, "", true).find("Cache-Control: no-cache\r\n"), std::string::npos);

  const HttpAnswer again = AnswerFile(files_, {"/", files_.Find("/")->etag, ""});
  EXPECT_EQ(again.code, 304);
  EXPECT_EQ(again.body, "");
}

TEST_F(StaticFilesTest, WithoutADashboardAPageSaysHowToBuildIt) {
  StaticFiles none;
  EXPECT_EQ(none.Load(directory_.path() + "/nowhere").code(), absl::StatusCode::kNotFound);

  const HttpAnswer answer = AnswerFile(none, {"/", "", ""});

  EXPECT_EQ(answer.code, 404);
  EXPECT_NE(answer.body.find("./dev build"), std::string::npos);
}

}  // namespace
}  // namespace berthmaster
