#include "controller/audit/signing_key.h"

#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/controller/store/temporary_directory.h"

namespace berthmaster {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// 2026-01-01 00:00:00.123456 UTC.
constexpr int64_t kNowMicros = 1767225600'123456;

class SigningKeyTest : public testing::Test {
 protected:
  std::unique_ptr<AuditSigningKey> Key() { return AuditSigningKey::LoadOrCreate(path_).value(); }
  AuditCheckpoint Signed() {
    const AuditTail tail{7, std::string(64, 'a')};
    return Key()->Sign(tail, absl::FromUnixMicros(kNowMicros)).value();
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.File("audit-signing-key.pem");
};

TEST_F(SigningKeyTest, IsMadeOnceForItsOwnerOnly) {
  const std::string key_id = Key()->key_id();

  struct stat file {};
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  EXPECT_THAT(ReadFile(path_, 4096).value(), StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_EQ(key_id.size(), 64u);
  EXPECT_EQ(Key()->key_id(), key_id);
}

TEST_F(SigningKeyTest, SignsWhatAnybodyCanVerify) {
  const AuditCheckpoint checkpoint = Signed();

  EXPECT_EQ(checkpoint.sequence, 7);
  EXPECT_EQ(checkpoint.hash, std::string(64, 'a'));
  EXPECT_EQ(checkpoint.create_time, absl::FromUnixMicros(kNowMicros));
  EXPECT_EQ(checkpoint.signature.size(), 64u);
  EXPECT_THAT(checkpoint.public_key, StartsWith("-----BEGIN PUBLIC KEY-----"));
  EXPECT_EQ(AuditKeyId(checkpoint.public_key).value(), Key()->key_id());
  EXPECT_EQ(CheckAuditSignature(checkpoint), absl::OkStatus());
}

TEST_F(SigningKeyTest, EveryFieldOfACheckpointIsSigned) {
  AuditCheckpoint checkpoint = Signed();
  checkpoint.sequence = 8;
  EXPECT_EQ(CheckAuditSignature(checkpoint),
            absl::FailedPreconditionError("the signature of the checkpoint of entry 8 is wrong: it "
                                          "was altered after it was signed"));
  checkpoint = Signed();
  checkpoint.hash[0] = 'b';
  EXPECT_FALSE(CheckAuditSignature(checkpoint).ok());
  checkpoint = Signed();
  checkpoint.create_time += absl::Microseconds(1);
  EXPECT_FALSE(CheckAuditSignature(checkpoint).ok());
  checkpoint = Signed();
  checkpoint.signature.clear();
  EXPECT_FALSE(CheckAuditSignature(checkpoint).ok());
}

TEST_F(SigningKeyTest, AnotherKeyIsNotTheOneOfTheKeyId) {
  AuditCheckpoint checkpoint = Signed();
  auto other = AuditSigningKey::LoadOrCreate(directory_.File("other.pem")).value();
  checkpoint.public_key = other->Sign(AuditTail(), absl::UnixEpoch()).value().public_key;

  EXPECT_THAT(std::string(CheckAuditSignature(checkpoint).message()),
              HasSubstr("but carries the key " + other->key_id()));
  checkpoint.key_id = other->key_id();
  EXPECT_FALSE(CheckAuditSignature(checkpoint).ok());
  checkpoint.public_key = "no key";
  EXPECT_EQ(CheckAuditSignature(checkpoint).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SigningKeyTest, AFileThatIsNoKeyIsLeftAsItIs) {
  ASSERT_TRUE(WriteFileAtomically(path_, "not a key", 0600).ok());

  const absl::Status refused = AuditSigningKey::LoadOrCreate(path_).status();

  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr(absl::StrCat(path_, " is no Ed25519 private key in PEM")));
  EXPECT_EQ(ReadFile(path_, 4096).value(), "not a key");
}

TEST(AuditCheckpointTest, SignsTheBytesThatTheContractSays) {
  AuditCheckpoint checkpoint;
  checkpoint.sequence = 12;
  checkpoint.hash = "ab";
  checkpoint.create_time = absl::FromUnixMicros(kNowMicros);
  checkpoint.key_id = "cd";

  EXPECT_EQ(AuditCheckpointBytes(checkpoint),
            "30:berthmaster audit checkpoint 1,2:12,2:ab,16:1767225600123456,2:cd,");
}

}  // namespace
}  // namespace berthmaster
