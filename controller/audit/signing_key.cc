#include "controller/audit/signing_key.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "common/file/file.h"
#include "common/log/log.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

// Far above the 119 bytes of a key.
constexpr size_t kKeyFileBytesMax = 4096;
constexpr mode_t kKeyFileMode = 0600;
constexpr mode_t kOthersMask = 0077;
constexpr size_t kSignatureBytes = 64;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

absl::Status CannotSign(absl::string_view what) {
  return absl::InternalError(absl::StrCat("OpenSSL cannot ", what, " with an Ed25519 key"));
}

std::string Content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size <= 0 ? std::string() : std::string(data, static_cast<size_t>(size));
}

void WarnOfReaders(const std::string& path) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || (file.st_mode & kOthersMask) == 0) return;
  LogWarning(path, " can be read by others, who can sign checkpoints with it: chmod 600 ", path,
             ", or move it away and a new key is made");
}

}  // namespace

absl::StatusOr<AuditSigningKey::Key> AuditSigningKey::Load(const std::string& path) {
  BERTHMASTER_ASSIGN_OR_RETURN(std::string pem, ReadFile(path, kKeyFileBytesMax));
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // An empty passphrase, so that one that is encrypted is refused and nothing asks at a terminal.
  char passphrase[] = "";
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, passphrase));
  OPENSSL_cleanse(pem.data(), pem.size());
  if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     " is no Ed25519 private key in PEM; put the right one back, or move it away "
                     "and a new one is made, with another key id"));
  }
  WarnOfReaders(path);
  return key;
}

absl::StatusOr<AuditSigningKey::Key> AuditSigningKey::Create(const std::string& path) {
  Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  Bio bio(BIO_new(BIO_s_secmem()));
  if (key == nullptr || bio == nullptr ||
      PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return CannotSign("make");
  }
  std::string pem = Content(bio.get());
  absl::Status written = WriteFileAtomically(path, pem, kKeyFileMode);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!written.ok()) return written;
  return key;
}

absl::StatusOr<std::unique_ptr<AuditSigningKey>> AuditSigningKey::LoadOrCreate(
    const std::string& path) {
  absl::StatusOr<Key> key = Load(path);
  const bool is_new = absl::IsNotFound(key.status());
  if (is_new) key = Create(path);
  if (!key.ok()) return Annotate(key.status(), "the key of the audit chain");
  Bio bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || PEM_write_bio_PUBKEY(bio.get(), key->get()) != 1) {
    return CannotSign("write the public key");
  }
  std::string public_key = Content(bio.get());
  BERTHMASTER_ASSIGN_OR_RETURN(std::string key_id, AuditKeyId(public_key));
  if (is_new) LogInfo("made the key of the audit chain, ", path, ", key id ", key_id);
  return std::unique_ptr<AuditSigningKey>(
      new AuditSigningKey(*std::move(key), std::move(public_key), std::move(key_id)));
}

absl::StatusOr<AuditCheckpoint> AuditSigningKey::Sign(const AuditTail& tail, absl::Time now) const {
  AuditCheckpoint checkpoint;
  checkpoint.sequence = tail.sequence;
  checkpoint.hash = tail.hash;
  checkpoint.create_time = absl::FromUnixMicros(absl::ToUnixMicros(now));
  checkpoint.key_id = key_id_;
  checkpoint.public_key = public_key_;
  const std::string bytes = AuditCheckpointBytes(checkpoint);
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (context == nullptr ||
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1 ||
      size != kSignatureBytes) {
    return CannotSign("sign");
  }
  checkpoint.signature = std::move(signature);
  return checkpoint;
}

}  // namespace berthmaster
