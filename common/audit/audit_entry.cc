#include "common/audit/audit_entry.h"

#include <utility>

#include "absl/strings/string_view.h"

namespace berthmaster {
namespace {

// How many bytes of `text` are one character of UTF-8; 0 when they are none.
size_t CharacterBytes(absl::string_view text) {
  const auto at = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return 1;
  size_t size = 0;
  uint32_t code = 0;
  uint32_t code_min = 0;
  if (first >= 0xc0 && first < 0xe0) {
    size = 2;
    code = first & 0x1f;
    code_min = 0x80;
  } else if (first >= 0xe0 && first < 0xf0) {
    size = 3;
    code = first & 0x0f;
    code_min = 0x800;
  } else if (first >= 0xf0 && first < 0xf8) {
    size = 4;
    code = first & 0x07;
    code_min = 0x10000;
  }
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (at(i) & 0x3f);
  }
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return code < code_min || code > 0x10ffff || is_surrogate ? 0 : size;
}

void Bound(std::string& text, const size_t bytes_max) {
  std::string bounded;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const size_t size = CharacterBytes(rest);
    if (bounded.size() + (size == 0 ? 1 : size) > bytes_max) break;
    bounded.append(size == 0 ? "?" : rest.data(), size == 0 ? 1 : size);
    rest.remove_prefix(size == 0 ? 1 : size);
  }
  text = std::move(bounded);
}

}  // namespace

AuditEntry BoundedAuditEntry(AuditEntry entry) {
  entry.event_time = absl::FromUnixMicros(absl::ToUnixMicros(entry.event_time));
  Bound(entry.actor, kAuditActorBytesMax);
  Bound(entry.source, kAuditSourceBytesMax);
  Bound(entry.object, kAuditObjectBytesMax);
  Bound(entry.reason, kAuditReasonBytesMax);
  for (AuditValue& value : entry.values) {
    Bound(value.host_id, kAuditNameBytesMax);
    Bound(value.netns_label, kAuditNameBytesMax);
    Bound(value.sysctl, kAuditNameBytesMax);
    Bound(value.old_value, kAuditValueBytesMax);
    Bound(value.new_value, kAuditValueBytesMax);
  }
  return entry;
}

}  // namespace berthmaster
