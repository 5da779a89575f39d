#include "common/wire/identity_wire.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/ids/ids.h"
#include "common/status/annotate.h"
#include "common/wire/field_check.h"

namespace berthmaster {
namespace {

constexpr int64_t kAnyMax = std::numeric_limits<int64_t>::max();

}  // namespace

v1::HostIdentity ToProto(const HostIdentity& identity) {
  v1::HostIdentity proto;
  proto.set_host_name(identity.host_name);
  proto.set_kernel_release(identity.kernel_release);
  proto.set_boot_id(identity.boot_id);
  proto.set_agent_version(identity.agent_version);
  proto.set_profile(static_cast<v1::AgentProfile>(identity.profile));
  for (AgentCapability capability : identity.capabilities) {
    proto.add_capabilities(static_cast<v1::AgentCapability>(capability));
  }
  for (const std::string& limitation : identity.limitations) proto.add_limitations(limitation);
  return proto;
}

absl::StatusOr<HostIdentity> FromProto(const v1::HostIdentity& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("identity.host_name", proto.host_name()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("identity.kernel_release", proto.kernel_release()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("identity.boot_id", proto.boot_id()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("identity.agent_version", proto.agent_version()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("identity.capabilities", proto.capabilities_size()));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("identity.limitations", proto.limitations_size()));
  if (proto.profile() < v1::AGENT_PROFILE_OBSERVE ||
      proto.profile() > v1::AGENT_PROFILE_OBSERVE_LITE) {
    return FieldError("identity.profile", absl::StrCat(static_cast<int>(proto.profile())),
                      "is not a profile that this version knows");
  }
  HostIdentity identity;
  identity.host_name = proto.host_name();
  identity.kernel_release = proto.kernel_release();
  identity.boot_id = proto.boot_id();
  identity.agent_version = proto.agent_version();
  identity.profile = static_cast<AgentProfile>(proto.profile());
  for (int capability : proto.capabilities()) {
    if (capability < v1::AGENT_CAPABILITY_SOCK_DIAG || capability > kAgentCapabilityMax) continue;
    identity.capabilities.push_back(static_cast<AgentCapability>(capability));
  }
  for (const std::string& limitation : proto.limitations()) {
    BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("identity.limitations", limitation));
    identity.limitations.push_back(limitation);
  }
  return identity;
}

v1::Hello ToProto(const AgentHello& hello) {
  v1::Hello proto;
  proto.set_host_id(hello.host_id);
  *proto.mutable_identity() = ToProto(hello.identity);
  proto.set_epoch(hello.epoch);
  proto.set_next_sequence(hello.next_sequence);
  proto.set_applied_revision(hello.applied_revision);
  return proto;
}

absl::StatusOr<AgentHello> FromProto(const v1::Hello& proto) {
  BERTHMASTER_RETURN_IF_ERROR(Annotate(CheckHostId(proto.host_id()), "hello.host_id"));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("hello.next_sequence", proto.next_sequence(), 1, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("hello.applied_revision", proto.applied_revision(), 0, kAnyMax));
  AgentHello hello;
  hello.host_id = proto.host_id();
  BERTHMASTER_ASSIGN_OR_RETURN(hello.identity, FromProto(proto.identity()));
  hello.epoch = proto.epoch();
  hello.next_sequence = proto.next_sequence();
  hello.applied_revision = proto.applied_revision();
  return hello;
}

}  // namespace berthmaster
