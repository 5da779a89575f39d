#include "common/audit/checkpoint.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/audit/netstring.h"
#include "common/status/annotate.h"

namespace berthmaster {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

const unsigned char* Bytes(absl::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

absl::StatusOr<Key> ParsePublicKey(absl::string_view pem) {
  // Far above the 113 bytes of a key.
  constexpr size_t kPemBytesMax = 4096;
  if (pem.size() <= kPemBytesMax) {
    std::unique_ptr<BIO, FreeKey> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    if (key != nullptr && EVP_PKEY_id(key.get()) == EVP_PKEY_ED25519) return key;
  }
  return absl::InvalidArgumentError("public_key: is no Ed25519 public key in PEM");
}

}  // namespace

std::string AuditCheckpointBytes(const AuditCheckpoint& checkpoint) {
  std::string bytes;
  AppendNetstring(bytes, "berthmaster audit checkpoint 1");
  AppendNetstring(bytes, absl::StrCat(checkpoint.sequence));
  AppendNetstring(bytes, checkpoint.hash);
  AppendNetstring(bytes, absl::StrCat(absl::ToUnixMicros(checkpoint.create_time)));
  AppendNetstring(bytes, checkpoint.key_id);
  return bytes;
}

absl::StatusOr<std::string> AuditKeyId(absl::string_view public_key_pem) {
  BERTHMASTER_ASSIGN_OR_RETURN(Key key, ParsePublicKey(public_key_pem));
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  if (size <= 0) return absl::InternalError("the public key cannot be written as DER");
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(der, static_cast<size_t>(size), digest);
  OPENSSL_free(der);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), sizeof(digest)));
}

absl::Status CheckAuditSignature(const AuditCheckpoint& checkpoint) {
  BERTHMASTER_ASSIGN_OR_RETURN(const std::string key_id, AuditKeyId(checkpoint.public_key));
  if (key_id != checkpoint.key_id) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the checkpoint is of key ", checkpoint.key_id, " but carries the key ", key_id));
  }
  BERTHMASTER_ASSIGN_OR_RETURN(Key key, ParsePublicKey(checkpoint.public_key));
  const std::string bytes = AuditCheckpointBytes(checkpoint);
  std::unique_ptr<EVP_MD_CTX, FreeKey> context(EVP_MD_CTX_new());
  const bool is_good =
      context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), Bytes(checkpoint.signature), checkpoint.signature.size(),
                       Bytes(bytes), bytes.size()) == 1;
  if (is_good) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the signature of the checkpoint of entry ", checkpoint.sequence,
                   " is wrong: it was altered after it was signed"));
}

}  // namespace berthmaster
