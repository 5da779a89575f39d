#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_SCHEMA_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_SCHEMA_H_

#include "controller/store/sqlite/schema.h"

namespace berthmaster {

// history.db: what the agents measured, by pool and by network namespace.
Schema HistorySchema();

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_HISTORY_SCHEMA_H_
