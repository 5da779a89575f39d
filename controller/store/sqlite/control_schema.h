#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_SCHEMA_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_SCHEMA_H_

#include "controller/store/sqlite/schema.h"

namespace berthmaster {

// control.db: hosts, incidents, recommendations, rollouts, completed requests.
Schema ControlSchema();

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_SCHEMA_H_
