#include "common/sysctl/lesson.h"

#include <algorithm>

#include "common/sysctl/lesson_groups.h"

namespace berthmaster {

const std::vector<Lesson>& Lessons() {
  static const auto* lessons = [] {
    auto* all = new std::vector<Lesson>();
    for (const auto& group : {TimeWaitLessons(), PortLessons(), QueueLessons(), SocketLessons()}) {
      all->insert(all->end(), group.begin(), group.end());
    }
    return all;
  }();
  return *lessons;
}

const Lesson* FindLesson(absl::string_view id) {
  const auto& lessons = Lessons();
  auto found = std::find_if(lessons.begin(), lessons.end(),
                            [id](const Lesson& lesson) { return lesson.id == id; });
  return found == lessons.end() ? nullptr : &*found;
}

}  // namespace berthmaster
