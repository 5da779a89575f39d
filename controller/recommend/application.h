#ifndef BERTHMASTER_CONTROLLER_RECOMMEND_APPLICATION_H_
#define BERTHMASTER_CONTROLLER_RECOMMEND_APPLICATION_H_

#include "controller/recommend/remedy_context.h"

namespace berthmaster {

// What only the application can do, by the cause: what to look for, how to see it, and which
// process it is. No agent applies it.
Remedy MendApplication(const RemedyContext& context);

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_RECOMMEND_APPLICATION_H_
