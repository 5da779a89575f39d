#include "common/wire/desired_state_wire.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "berthmaster/v1/rollout.pb.h"
#include "common/status/annotate.h"
#include "common/wire/advice_wire.h"
#include "common/wire/field_check.h"
#include "common/wire/time_wire.h"

namespace berthmaster {
namespace {

constexpr int64_t kAnyMax = std::numeric_limits<int64_t>::max();

v1::DesiredChange ToProto(const DesiredChange& change) {
  v1::DesiredChange proto;
  proto.set_rollout(change.rollout);
  proto.set_netns_cookie(static_cast<int64_t>(change.netns_cookie));
  proto.set_netns_inode(static_cast<int64_t>(change.netns_inode));
  *proto.mutable_change() = berthmaster::ToProto(change.change);
  proto.set_confirmed(change.confirmed);
  proto.set_persist(change.persist);
  if (!change.confirmed) *proto.mutable_lease() = berthmaster::ToProto(change.lease);
  return proto;
}

absl::StatusOr<DesiredChange> FromProto(const v1::DesiredChange& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("changes.rollout", proto.rollout()));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("changes.netns_cookie", proto.netns_cookie(), 1, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("changes.netns_inode", proto.netns_inode(), 1, kAnyMax));
  DesiredChange change;
  change.rollout = proto.rollout();
  change.netns_cookie = static_cast<uint64_t>(proto.netns_cookie());
  change.netns_inode = static_cast<uint64_t>(proto.netns_inode());
  BERTHMASTER_ASSIGN_OR_RETURN(change.change, berthmaster::FromProto(proto.change()));
  change.confirmed = proto.confirmed();
  change.persist = proto.persist();
  if (change.confirmed) return change;
  BERTHMASTER_ASSIGN_OR_RETURN(change.lease,
                               berthmaster::FromProto(proto.lease(), "changes.lease"));
  if (change.lease < kLeaseMin || change.lease > kLeaseMax) {
    return FieldError("changes.lease", absl::FormatDuration(change.lease),
                      absl::StrCat("is not from ", absl::FormatDuration(kLeaseMin), " to ",
                                   absl::FormatDuration(kLeaseMax)));
  }
  return change;
}

v1::ChangeResult ToProto(const ChangeResult& result) {
  v1::ChangeResult proto;
  proto.set_rollout(result.rollout);
  proto.set_netns_cookie(static_cast<int64_t>(result.netns_cookie));
  proto.set_sysctl(result.sysctl);
  proto.set_state(static_cast<v1::ApplyState>(result.state));
  proto.set_effective_value(result.effective_value);
  proto.set_error(result.error);
  return proto;
}

absl::StatusOr<ChangeResult> FromProto(const v1::ChangeResult& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("results.rollout", proto.rollout()));
  BERTHMASTER_RETURN_IF_ERROR(CheckField("results.netns_cookie", proto.netns_cookie(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("results.sysctl", proto.sysctl()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("results.effective_value", proto.effective_value(), kWireSysctlValueBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("results.error", proto.error(), kWireSysctlValueBytesMax));
  if (proto.state() < v1::APPLY_STATE_PENDING || proto.state() > v1::APPLY_STATE_DRIFTED) {
    return FieldError("results.state", absl::StrCat(static_cast<int>(proto.state())),
                      "is not a state that this version knows");
  }
  ChangeResult result;
  result.rollout = proto.rollout();
  result.netns_cookie = static_cast<uint64_t>(proto.netns_cookie());
  result.sysctl = proto.sysctl();
  result.state = static_cast<ApplyState>(proto.state());
  result.effective_value = proto.effective_value();
  result.error = proto.error();
  return result;
}

}  // namespace

v1::SysctlChange ToProto(const SysctlChange& change) {
  v1::SysctlChange proto;
  proto.set_sysctl(change.sysctl);
  proto.set_expected_value(change.expected_value);
  proto.set_desired_value(change.desired_value);
  return proto;
}

absl::StatusOr<SysctlChange> FromProto(const v1::SysctlChange& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldText("change.sysctl", proto.sysctl()));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("change.expected_value", proto.expected_value(), kWireSysctlValueBytesMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldText("change.desired_value", proto.desired_value(), kWireSysctlValueBytesMax));
  return SysctlChange{proto.sysctl(), proto.expected_value(), proto.desired_value()};
}

v1::DesiredState ToProto(const DesiredState& state) {
  v1::DesiredState proto;
  proto.set_revision(state.revision);
  proto.set_nonce(state.nonce);
  for (const DesiredChange& change : state.changes) *proto.add_changes() = ToProto(change);
  for (const DesiredAdvice& advice : state.advice) {
    *proto.add_advice() = berthmaster::ToProto(advice);
  }
  return proto;
}

absl::StatusOr<DesiredState> FromProto(const v1::DesiredState& proto) {
  BERTHMASTER_RETURN_IF_ERROR(CheckField("desired_state.revision", proto.revision(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("desired_state.changes", proto.changes_size(), kDesiredChangesMax));
  DesiredState state;
  state.revision = proto.revision();
  state.nonce = proto.nonce();
  for (const v1::DesiredChange& change : proto.changes()) {
    BERTHMASTER_ASSIGN_OR_RETURN(DesiredChange plain, FromProto(change));
    state.changes.push_back(std::move(plain));
  }
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("desired_state.advice", proto.advice_size(), kDesiredAdviceMax));
  for (const v1::DesiredAdvice& advice : proto.advice()) {
    BERTHMASTER_ASSIGN_OR_RETURN(DesiredAdvice plain, berthmaster::FromProto(advice));
    state.advice.push_back(std::move(plain));
  }
  return state;
}

v1::DesiredStateReply ToProto(const DesiredStateReply& reply) {
  v1::DesiredStateReply proto;
  proto.set_nonce(reply.nonce);
  proto.set_revision(reply.revision);
  for (const ChangeResult& result : reply.results) *proto.add_results() = ToProto(result);
  for (const AdviceResult& result : reply.advice_results) {
    *proto.add_advice_results() = berthmaster::ToProto(result);
  }
  return proto;
}

absl::StatusOr<DesiredStateReply> FromProto(const v1::DesiredStateReply& proto) {
  BERTHMASTER_RETURN_IF_ERROR(
      CheckField("desired_state_reply.revision", proto.revision(), 0, kAnyMax));
  BERTHMASTER_RETURN_IF_ERROR(
      CheckFieldCount("desired_state_reply.results", proto.results_size(), 2 * kDesiredChangesMax));
  DesiredStateReply reply;
  reply.nonce = proto.nonce();
  reply.revision = proto.revision();
  for (const v1::ChangeResult& result : proto.results()) {
    BERTHMASTER_ASSIGN_OR_RETURN(ChangeResult plain, FromProto(result));
    reply.results.push_back(std::move(plain));
  }
  BERTHMASTER_RETURN_IF_ERROR(CheckFieldCount("desired_state_reply.advice_results",
                                              proto.advice_results_size(), 2 * kDesiredAdviceMax));
  for (const v1::AdviceResult& result : proto.advice_results()) {
    BERTHMASTER_ASSIGN_OR_RETURN(AdviceResult plain, berthmaster::FromProto(result));
    reply.advice_results.push_back(std::move(plain));
  }
  return reply;
}

}  // namespace berthmaster
