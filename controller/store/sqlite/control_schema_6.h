#ifndef BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_SCHEMA_6_H_
#define BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_SCHEMA_6_H_

#include "controller/store/sqlite/database.h"

namespace berthmaster {

// Approvals by several people, changes that people propose, and rollouts in waves.
constexpr SqlText kVersion6 = R"sql(
-- Who proposed it, and how many must approve it; the engine and one, as all were before.
ALTER TABLE recommendation ADD COLUMN proposer TEXT NOT NULL DEFAULT 'berthmaster';
ALTER TABLE recommendation ADD COLUMN approvals_required INTEGER NOT NULL DEFAULT 1;
ALTER TABLE recommendation ADD COLUMN expire_time INTEGER;
ALTER TABLE recommendation ADD COLUMN target_count INTEGER NOT NULL DEFAULT 1;
-- Where it goes and in which steps; one namespace at once, as all were before.
ALTER TABLE recommendation ADD COLUMN plan_selector TEXT NOT NULL DEFAULT '';
ALTER TABLE recommendation ADD COLUMN plan_canary_count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE recommendation ADD COLUMN plan_soak INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recommendation ADD COLUMN plan_failed_targets_max INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recommendation ADD COLUMN plan_pause_after_canary INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recommendation ADD COLUMN plan_persist INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recommendation ADD COLUMN plan_follows INTEGER NOT NULL DEFAULT 0;

-- Approvals of the content as it is. Some few each; read with it.
CREATE TABLE recommendation_approval (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  decider TEXT NOT NULL,
  reason TEXT NOT NULL,
  decide_time INTEGER NOT NULL,
  content_sha256 TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- The waves of its plan. At most 20 each (kWavesMax); read with it.
CREATE TABLE recommendation_wave (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  count INTEGER NOT NULL,
  percent INTEGER NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

ALTER TABLE rollout ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout ADD COLUMN wave_count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE rollout ADD COLUMN canary_released INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout ADD COLUMN stop_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE rollout ADD COLUMN plan_selector TEXT NOT NULL DEFAULT '';
ALTER TABLE rollout ADD COLUMN plan_canary_count INTEGER NOT NULL DEFAULT 1;
ALTER TABLE rollout ADD COLUMN plan_soak INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout ADD COLUMN plan_failed_targets_max INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout ADD COLUMN plan_pause_after_canary INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout ADD COLUMN plan_persist INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout ADD COLUMN plan_follows INTEGER NOT NULL DEFAULT 0;

-- A target of before had the state of its rollout.
ALTER TABLE rollout_target ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN state INTEGER NOT NULL DEFAULT 1;
ALTER TABLE rollout_target ADD COLUMN message TEXT NOT NULL DEFAULT '';
ALTER TABLE rollout_target ADD COLUMN state_time INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN pool_name TEXT NOT NULL DEFAULT '';
ALTER TABLE rollout_target ADD COLUMN before_capacity INTEGER;
ALTER TABLE rollout_target ADD COLUMN before_utilization REAL;
ALTER TABLE rollout_target ADD COLUMN before_settled_utilization REAL;
ALTER TABLE rollout_target ADD COLUMN before_time_to_exhaustion INTEGER;
ALTER TABLE rollout_target ADD COLUMN predicted_capacity INTEGER;
ALTER TABLE rollout_target ADD COLUMN predicted_utilization REAL;
ALTER TABLE rollout_target ADD COLUMN predicted_settled_utilization REAL;
ALTER TABLE rollout_target ADD COLUMN predicted_time_to_exhaustion INTEGER;
ALTER TABLE rollout_target ADD COLUMN counted_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN failures_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN resets_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN retransmits_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN time_wait_overflows_before INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN counted_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN failures_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN resets_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN retransmits_after INTEGER NOT NULL DEFAULT 0;
ALTER TABLE rollout_target ADD COLUMN time_wait_overflows_after INTEGER NOT NULL DEFAULT 0;
-- APPROVED 1, CANARY 2, SOAKING 3, CONFIRMED 4, REVERTING 5, REVERTED 6, FAILED 7 become
-- SENT 2, SOAKING 3, HOLDING 4, REVERTING 7, REVERTED 8, FAILED 6.
UPDATE rollout_target SET
  state = (SELECT CASE rollout.state WHEN 1 THEN 2 WHEN 2 THEN 2 WHEN 3 THEN 3 WHEN 4 THEN 4
                    WHEN 5 THEN 7 WHEN 6 THEN 8 ELSE 6 END
           FROM rollout WHERE rollout.id = rollout_target.rollout_id),
  message = (SELECT message FROM rollout WHERE rollout.id = rollout_target.rollout_id),
  state_time = (SELECT state_time FROM rollout WHERE rollout.id = rollout_target.rollout_id),
  pool_name = (SELECT pool_name FROM rollout WHERE rollout.id = rollout_target.rollout_id);

-- What a rollout sets in each of its targets. One or two each; read with it.
CREATE TABLE rollout_change (
  rollout_id TEXT NOT NULL REFERENCES rollout ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sysctl TEXT NOT NULL,
  expected_value TEXT NOT NULL,
  desired_value TEXT NOT NULL,
  PRIMARY KEY (rollout_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO rollout_change (rollout_id, position, sysctl, expected_value, desired_value)
  SELECT rollout_id, position, sysctl, expected_value, desired_value FROM rollout_sysctl
  WHERE target_position = 0;

-- The waves of its plan. At most 20 each (kWavesMax); read with it.
CREATE TABLE rollout_wave (
  rollout_id TEXT NOT NULL REFERENCES rollout ON DELETE CASCADE,
  position INTEGER NOT NULL,
  count INTEGER NOT NULL,
  percent INTEGER NOT NULL,
  PRIMARY KEY (rollout_id, position)
) STRICT, WITHOUT ROWID;

-- Who approved it. Some few each; read with it.
CREATE TABLE rollout_approval (
  rollout_id TEXT NOT NULL REFERENCES rollout ON DELETE CASCADE,
  position INTEGER NOT NULL,
  decider TEXT NOT NULL,
  reason TEXT NOT NULL,
  decide_time INTEGER NOT NULL,
  content_sha256 TEXT NOT NULL,
  PRIMARY KEY (rollout_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO rollout_approval (rollout_id, position, decider, reason, decide_time, content_sha256)
  SELECT rollout.id, 0, d.decider, d.reason, d.decide_time, d.content_sha256
  FROM rollout JOIN recommendation_decision AS d ON d.recommendation_id = rollout.recommendation_id;

-- Why it goes no further: no row, or one at position 0. Read with it.
CREATE TABLE rollout_pause (
  rollout_id TEXT NOT NULL REFERENCES rollout ON DELETE CASCADE,
  position INTEGER NOT NULL,
  pauser TEXT NOT NULL,
  reason TEXT NOT NULL,
  pause_time INTEGER NOT NULL,
  PRIMARY KEY (rollout_id, position)
) STRICT, WITHOUT ROWID;

-- Pooling advice of a target: no row, or one at position 0. What the agent answered is NULL before it
-- did. Read with the target.
CREATE TABLE rollout_advice (
  rollout_id TEXT NOT NULL,
  target_position INTEGER NOT NULL,
  position INTEGER NOT NULL,
  workload TEXT NOT NULL,
  destination_address TEXT NOT NULL,
  destination_port INTEGER NOT NULL,
  protocol INTEGER NOT NULL,
  source_address TEXT,
  connection_pool_size INTEGER NOT NULL,
  connection_rate REAL NOT NULL,
  hold_time INTEGER NOT NULL,
  ports_saved INTEGER NOT NULL,
  keep_alive TEXT NOT NULL,
  connection_rate_now REAL,
  state INTEGER,
  path TEXT NOT NULL,
  follower_count INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL,
  acknowledgement TEXT NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (rollout_id, target_position, position),
  FOREIGN KEY (rollout_id, target_position) REFERENCES rollout_target (rollout_id, position)
    ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The one approval policy: no row before somebody set it, or one of id 1. Read at start.
CREATE TABLE approval_policy (
  id INTEGER PRIMARY KEY NOT NULL,
  update_time INTEGER,
  updater TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

-- Its rules, the later one wins; at most 100 (kApprovalRulesMax). Bit n of risks is risk n.
CREATE TABLE approval_rule (
  policy_id INTEGER NOT NULL REFERENCES approval_policy ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  selector TEXT NOT NULL,
  risks INTEGER NOT NULL,
  approvals_required INTEGER NOT NULL,
  proposer_may_approve INTEGER NOT NULL,
  PRIMARY KEY (policy_id, position)
) STRICT, WITHOUT ROWID;

-- When a rule approves by itself. At most 20 each. Bit n of days is day n of the week.
CREATE TABLE approval_window (
  policy_id INTEGER NOT NULL,
  rule_position INTEGER NOT NULL,
  position INTEGER NOT NULL,
  days INTEGER NOT NULL,
  start INTEGER NOT NULL,
  length INTEGER NOT NULL,
  PRIMARY KEY (policy_id, rule_position, position),
  FOREIGN KEY (policy_id, rule_position) REFERENCES approval_rule (policy_id, position)
    ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Times in which nothing is changed; at most 100 (kFreezesMax).
CREATE TABLE freeze (
  policy_id INTEGER NOT NULL REFERENCES approval_policy ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  selector TEXT NOT NULL,
  start_time INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (policy_id, position)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace berthmaster

#endif  // BERTHMASTER_CONTROLLER_STORE_SQLITE_CONTROL_SCHEMA_6_H_
