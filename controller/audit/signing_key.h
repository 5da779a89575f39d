#ifndef BERTHMASTER_CONTROLLER_AUDIT_SIGNING_KEY_H_
#define BERTHMASTER_CONTROLLER_AUDIT_SIGNING_KEY_H_

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/audit/checkpoint.h"

namespace berthmaster {

// Its name in the data directory.
inline constexpr char kAuditKeyFileName[] = "audit-signing-key.pem";

// The Ed25519 key by which this controller signs checkpoints of its audit chain. Any thread.
class AuditSigningKey {
 public:
  // Reads the private key in PEM at `path`, or makes one with mode 0600 when there is no file.
  // FAILED_PRECONDITION for a file that is no such key, which is left as it is; otherwise the
  // errors of the file. A key that others may read is said in the log.
  static absl::StatusOr<std::unique_ptr<AuditSigningKey>> LoadOrCreate(const std::string& path);

  // A checkpoint of the chain that ends so at `now`.
  absl::StatusOr<AuditCheckpoint> Sign(const AuditTail& tail, absl::Time now) const;

  // AuditKeyId of the public key.
  const std::string& key_id() const { return key_id_; }

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

  AuditSigningKey(Key key, std::string public_key, std::string key_id)
      : key_(std::move(key)), public_key_(std::move(public_key)), key_id_(std::move(key_id)) {}
  static absl::StatusOr<Key> Load(const std::string& path);
  static absl::StatusOr<Key> Create(const std::string& path);

  Key key_;
  // PEM.
  std::string public_key_;
  std::string key_id_;
};

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_AUDIT_SIGNING_KEY_H_
