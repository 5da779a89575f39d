#include "controller/api/silence_conversion.h"

#include <utility>

#include "common/ids/names.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"
#include "controller/api/request_check.h"
#include "controller/model/names.h"

namespace berthmaster {

v1::Silence ToProto(const Silence& silence, absl::Time now) {
  v1::Silence proto;
  if (!silence.id.empty()) proto.set_name(SilenceName(silence.id));
  proto.set_state(static_cast<v1::SilenceState>(silence.state(now)));
  proto.mutable_selector()->insert(silence.selector.begin(), silence.selector.end());
  proto.set_reason(silence.reason);
  proto.set_creator(silence.creator);
  *proto.mutable_create_time() = ToProto(silence.create_time);
  *proto.mutable_start_time() = ToProto(silence.start_time);
  *proto.mutable_expire_time() = ToProto(silence.expire_time);
  if (silence.end_time.has_value()) *proto.mutable_end_time() = ToProto(*silence.end_time);
  proto.set_ender(silence.ender);
  proto.set_etag(EtagOf(silence.revision));
  return proto;
}

absl::StatusOr<SilenceRequest> FromProto(const v1::CreateSilenceRequest& request, Caller creator) {
  const v1::Silence& silence = request.silence();
  BERTHMASTER_RETURN_IF_ERROR(CheckReason(silence.reason()));
  BERTHMASTER_RETURN_IF_ERROR(CheckRequestId(request.request_id()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount(
      "silence.selector", static_cast<int>(silence.selector_size()), kSelectorTermsMax));
  SilenceRequest plain;
  plain.selector.insert(silence.selector().begin(), silence.selector().end());
  plain.creator = std::move(creator);
  plain.reason = silence.reason();
  if (silence.has_start_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(plain.start_time,
                                 FromProto(silence.start_time(), "silence.start_time"));
  }
  if (silence.has_expire_time()) {
    BERTHMASTER_ASSIGN_OR_RETURN(plain.expire_time,
                                 FromProto(silence.expire_time(), "silence.expire_time"));
  }
  if (request.has_length()) {
    BERTHMASTER_ASSIGN_OR_RETURN(plain.length, FromProto(request.length(), "length"));
  }
  plain.request_id = request.request_id();
  plain.request_sha256 = DeterministicSha256(request);
  plain.validate_only = request.validate_only();
  return plain;
}

}  // namespace berthmaster
