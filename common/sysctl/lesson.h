#ifndef BERTHMASTER_COMMON_SYSCTL_LESSON_H_
#define BERTHMASTER_COMMON_SYSCTL_LESSON_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace berthmaster {

// One thing that is worth knowing of a setting: said to a person who asks what the setting does,
// and to one whose value it speaks against. All texts live for ever.
struct Lesson {
  // Stable, for machines and for exceptions: "fin-timeout-not-time-wait".
  absl::string_view id;
  // The sysctl, socket option or state that it is about, as FindSettingName spells it.
  absl::string_view setting;
  // What many believe, where that is wrong; else empty.
  absl::string_view claim{};
  // For which values it holds, where not for all: "Below 10".
  absl::string_view when{};
  // What is true, in whole sentences.
  absl::string_view reason;
  // What to do instead; empty where nothing needs doing.
  absl::string_view instead{};
  // Where it can be read up: a function of the kernel, a man page, a document.
  absl::string_view source;
};

// Every lesson, those of one setting together.
const std::vector<Lesson>& Lessons();

// Nothing for an id that no lesson has.
const Lesson* FindLesson(absl::string_view id);

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_LESSON_H_
