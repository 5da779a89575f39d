#ifndef BERTHMASTER_COMMON_SYSCTL_LESSON_GROUPS_H_
#define BERTHMASTER_COMMON_SYSCTL_LESSON_GROUPS_H_

#include <vector>

#include "common/sysctl/lesson.h"

namespace berthmaster {

// The groups that Lessons() is made of, one file each.
std::vector<Lesson> TimeWaitLessons();
std::vector<Lesson> PortLessons();
std::vector<Lesson> QueueLessons();
std::vector<Lesson> SocketLessons();

}  // namespace berthmaster

#endif  // BERTHMASTER_COMMON_SYSCTL_LESSON_GROUPS_H_
