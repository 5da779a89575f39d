#include "common/wire/audit_wire.h"

#include "absl/strings/string_view.h"
#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr size_t kHashBytesMax = 64;
constexpr size_t kSignatureBytesMax = 64;
constexpr size_t kPublicKeyBytesMax = 4096;

absl::StatusOr<AuditValue> FromProto(const v1::AuditValue& proto) {
  AuditValue value;
  if (!proto.host().empty()) {
    BERTHMASTER_ASSIGN_OR_RETURN(value.host_id, ParseHostName(proto.host()));
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("values.netns_label", proto.netns_label(), kAuditNameBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("values.sysctl", proto.sysctl(), kAuditNameBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("values.old_value", proto.old_value(), kAuditValueBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("values.new_value", proto.new_value(), kAuditValueBytesMax));
  value.netns_cookie = proto.netns_cookie();
  value.netns_label = proto.netns_label();
  value.sysctl = proto.sysctl();
  value.old_value = proto.old_value();
  value.new_value = proto.new_value();
  return value;
}

absl::Status CheckSequence(int64_t sequence, int64_t min) {
  return CheckField("sequence", sequence, min, INT64_MAX - 1);
}

}  // namespace

v1::AuditEntry ToProto(const AuditEntry& entry) {
  v1::AuditEntry proto;
  proto.set_sequence(entry.sequence);
  *proto.mutable_event_time() = ToProto(entry.event_time);
  proto.set_actor(entry.actor);
  proto.set_source(entry.source);
  proto.set_action(static_cast<v1::AuditAction>(entry.action));
  proto.set_object(entry.object);
  proto.set_reason(entry.reason);
  for (const AuditValue& value : entry.values) {
    v1::AuditValue& to = *proto.add_values();
    if (!value.host_id.empty()) to.set_host(HostName(value.host_id));
    to.set_netns_cookie(value.netns_cookie);
    to.set_netns_label(value.netns_label);
    to.set_sysctl(value.sysctl);
    to.set_old_value(value.old_value);
    to.set_new_value(value.new_value);
  }
  proto.set_previous_hash(entry.previous_hash);
  proto.set_hash(entry.hash);
  return proto;
}

v1::AuditCheckpoint ToProto(const AuditCheckpoint& checkpoint) {
  v1::AuditCheckpoint proto;
  proto.set_sequence(checkpoint.sequence);
  proto.set_hash(checkpoint.hash);
  *proto.mutable_create_time() = ToProto(checkpoint.create_time);
  proto.set_key_id(checkpoint.key_id);
  proto.set_signature(checkpoint.signature);
  proto.set_public_key(checkpoint.public_key);
  return proto;
}

absl::StatusOr<AuditEntry> FromProto(const v1::AuditEntry& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckSequence(proto.sequence(), 1));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("action", proto.action(), 1, UINT8_MAX));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("actor", proto.actor(), kAuditActorBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("source", proto.source(), kAuditSourceBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("object", proto.object(), kAuditObjectBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("reason", proto.reason(), kAuditReasonBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("values", proto.values_size(), kAuditValuesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("previous_hash", proto.previous_hash(), kHashBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("hash", proto.hash(), kHashBytesMax));
  AuditEntry entry;
  entry.sequence = proto.sequence();
  BERTHMASTER_ASSIGN_OR_RETURN(entry.event_time, FromProto(proto.event_time(), "event_time"));
  entry.actor = proto.actor();
  entry.source = proto.source();
  entry.action = static_cast<AuditAction>(proto.action());
  entry.object = proto.object();
  entry.reason = proto.reason();
  for (const v1::AuditValue& from : proto.values()) {
    BERTHMASTER_ASSIGN_OR_RETURN(AuditValue value, FromProto(from));
    entry.values.push_back(std::move(value));
  }
  entry.previous_hash = proto.previous_hash();
  entry.hash = proto.hash();
  return entry;
}

absl::StatusOr<AuditCheckpoint> FromProto(const v1::AuditCheckpoint& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckSequence(proto.sequence(), 0));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("hash", proto.hash(), kHashBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("key_id", proto.key_id(), kHashBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("signature", proto.signature(), kSignatureBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("public_key", proto.public_key(), kPublicKeyBytesMax));
  AuditCheckpoint checkpoint;
  checkpoint.sequence = proto.sequence();
  checkpoint.hash = proto.hash();
  BERTHMASTER_ASSIGN_OR_RETURN(checkpoint.create_time,
                               FromProto(proto.create_time(), "create_time"));
  checkpoint.key_id = proto.key_id();
  checkpoint.signature = proto.signature();
  checkpoint.public_key = proto.public_key();
  return checkpoint;
}

}  // namespace berthmaster
