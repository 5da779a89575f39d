#include "controller/store/sqlite/control_schema.h"

#include "controller/store/sqlite/control_schema_6.h"

namespace berthmaster {
namespace {

constexpr int32_t kApplicationId = 0x42724d43;  // "BrMC"

// Times and durations are microseconds; enums have the numbers of the contract; cookies keep their
// 64 bits. Children stand in the order of `position`, and go with their parent.
constexpr SqlText kVersion1 = R"sql(
-- One row per host that ever attached. Read at start, by nothing else; 10,000 rows in a large fleet.
CREATE TABLE host (
  host_id TEXT PRIMARY KEY NOT NULL,
  state INTEGER NOT NULL,
  host_name TEXT NOT NULL,
  kernel_release TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  profile INTEGER NOT NULL,
  attach_time INTEGER NOT NULL,
  sample_time INTEGER,
  desired_revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the agent can do. A handful per host; read with it.
CREATE TABLE host_capability (
  host_id TEXT NOT NULL REFERENCES host ON DELETE CASCADE,
  position INTEGER NOT NULL,
  capability INTEGER NOT NULL,
  PRIMARY KEY (host_id, position)
) STRICT, WITHOUT ROWID;

-- What the agent can not see or do. A handful per host; read with it.
CREATE TABLE host_limitation (
  host_id TEXT NOT NULL REFERENCES host ON DELETE CASCADE,
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (host_id, position)
) STRICT, WITHOUT ROWID;

-- Every incident there ever was. Read at start; some thousands a year.
CREATE TABLE incident (
  id TEXT PRIMARY KEY NOT NULL,
  state INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  cause INTEGER NOT NULL,
  summary TEXT NOT NULL,
  host_id TEXT NOT NULL,
  netns_cookie INTEGER NOT NULL,
  netns_inode INTEGER NOT NULL,
  netns_label TEXT NOT NULL,
  pool_name TEXT NOT NULL,
  pool_kind INTEGER NOT NULL,
  source_address TEXT NOT NULL,
  destination_address TEXT NOT NULL,
  destination_port INTEGER NOT NULL,
  utilization REAL NOT NULL,
  utilization_max REAL NOT NULL,
  settled_utilization REAL,
  time_to_exhaustion INTEGER,
  open_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  acknowledge_time INTEGER,
  acknowledger TEXT NOT NULL,
  resolve_time INTEGER,
  resolve_reason TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- For the newest of the ended ones.
CREATE INDEX incident_by_time ON incident (state, open_time, id);

-- What speaks for an incident's cause. Under ten rows each; read with it.
CREATE TABLE incident_evidence (
  incident_id TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
  position INTEGER NOT NULL,
  fact TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;

-- The timeline of an incident, at most 100 rows each (kTimelineMax); read with it.
CREATE TABLE incident_event (
  incident_id TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
  position INTEGER NOT NULL,
  event_time INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;

-- Every recommendation there ever was, a few per incident. Read at start.
CREATE TABLE recommendation (
  id TEXT PRIMARY KEY NOT NULL,
  state INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  summary TEXT NOT NULL,
  rationale TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  netns_cookie INTEGER NOT NULL,
  netns_inode INTEGER NOT NULL,
  netns_label TEXT NOT NULL,
  pool_name TEXT NOT NULL,
  rank INTEGER NOT NULL,
  before_capacity INTEGER NOT NULL,
  before_utilization REAL NOT NULL,
  before_settled_utilization REAL,
  before_time_to_exhaustion INTEGER,
  after_capacity INTEGER NOT NULL,
  after_utilization REAL NOT NULL,
  after_settled_utilization REAL,
  after_time_to_exhaustion INTEGER,
  risk INTEGER NOT NULL,
  reversibility TEXT NOT NULL,
  durable_form TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  rollout_id TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- For the newest of the ended ones.
CREATE INDEX recommendation_by_time ON recommendation (state, create_time, id);

-- The sysctls a recommendation sets, in the order of writing. One or two each; read with it.
CREATE TABLE recommendation_change (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  sysctl TEXT NOT NULL,
  expected_value TEXT NOT NULL,
  desired_value TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- What speaks for a recommendation. Under ten rows each; read with it.
CREATE TABLE recommendation_evidence (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  fact TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- What can go wrong with it. A few rows each; read with it.
CREATE TABLE recommendation_caveat (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- Pooling advice: no row, or one at position 0. Read with the recommendation.
CREATE TABLE recommendation_pooling (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  connection_pool_size INTEGER NOT NULL,
  connection_rate REAL NOT NULL,
  hold_time INTEGER NOT NULL,
  ports_saved INTEGER NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- The decision on a recommendation: no row, or one at position 0. Read with it.
CREATE TABLE recommendation_decision (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  decider TEXT NOT NULL,
  reason TEXT NOT NULL,
  decide_time INTEGER NOT NULL,
  content_sha256 TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- Every rollout there ever was: one per approval. Read at start.
CREATE TABLE rollout (
  id TEXT PRIMARY KEY NOT NULL,
  state INTEGER NOT NULL,
  recommendation_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  pool_name TEXT NOT NULL,
  message TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  state_time INTEGER NOT NULL,
  approver TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- For the newest of the ended ones.
CREATE INDEX rollout_by_time ON rollout (state, create_time, id);

-- What a rollout changes where. One row each for now; read with it.
CREATE TABLE rollout_target (
  rollout_id TEXT NOT NULL REFERENCES rollout ON DELETE CASCADE,
  position INTEGER NOT NULL,
  host_id TEXT NOT NULL,
  netns_cookie INTEGER NOT NULL,
  netns_inode INTEGER NOT NULL,
  netns_label TEXT NOT NULL,
  desired_revision INTEGER NOT NULL,
  PRIMARY KEY (rollout_id, position)
) STRICT, WITHOUT ROWID;

-- The sysctls of a target: wanted, written, read back. One or two each; read with it.
CREATE TABLE rollout_sysctl (
  rollout_id TEXT NOT NULL,
  target_position INTEGER NOT NULL,
  position INTEGER NOT NULL,
  sysctl TEXT NOT NULL,
  expected_value TEXT NOT NULL,
  desired_value TEXT NOT NULL,
  applied_value TEXT NOT NULL,
  effective_value TEXT NOT NULL,
  state INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (rollout_id, target_position, position),
  FOREIGN KEY (rollout_id, target_position) REFERENCES rollout_target (rollout_id, position)
    ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Mutations that were answered, for retries. Read at start; those of the last day (kRequestMemory).
CREATE TABLE request (
  request_id TEXT PRIMARY KEY NOT NULL,
  method TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  resource_name TEXT NOT NULL,
  complete_time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- For forgetting the old ones.
CREATE INDEX request_by_time ON request (complete_time);
)sql";

// Incidents of several pools, and pools of protocols other than TCP.
constexpr SqlText kVersion2 = R"sql(
-- IANA's number, of the incident's own pool; 6 is TCP.
ALTER TABLE incident ADD COLUMN protocol INTEGER NOT NULL DEFAULT 6;
-- All of its pools; 0 in rows from before there were several.
ALTER TABLE incident ADD COLUMN member_count INTEGER NOT NULL DEFAULT 0;

-- The pools of an incident, the worst first, at most 64 rows each (kIncidentMembersMax); read with
-- it. None for an incident from before there were several.
CREATE TABLE incident_member (
  incident_id TEXT NOT NULL REFERENCES incident ON DELETE CASCADE,
  position INTEGER NOT NULL,
  host_id TEXT NOT NULL,
  netns_cookie INTEGER NOT NULL,
  netns_inode INTEGER NOT NULL,
  netns_label TEXT NOT NULL,
  pool_name TEXT NOT NULL,
  pool_kind INTEGER NOT NULL,
  source_address TEXT NOT NULL,
  destination_address TEXT NOT NULL,
  destination_port INTEGER NOT NULL,
  protocol INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  utilization REAL NOT NULL,
  time_to_exhaustion INTEGER,
  join_time INTEGER NOT NULL,
  PRIMARY KEY (incident_id, position)
) STRICT, WITHOUT ROWID;
)sql";

// Recommendations with all that a person installs.
constexpr SqlText kVersion3 = R"sql(
-- How far a recommendation reaches; 1 is NAMESPACE, as all were before.
ALTER TABLE recommendation ADD COLUMN scope INTEGER NOT NULL DEFAULT 1;

-- What holds, without which it would not be proposed. A few rows each; read with it.
CREATE TABLE recommendation_precondition (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- What keeps it over a reboot, in place of recommendation.durable_form. One or two rows each; read
-- with it.
CREATE TABLE recommendation_durable_form (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  place TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO recommendation_durable_form (recommendation_id, position, kind, place, text)
  SELECT id, 0, 1, '', durable_form FROM recommendation WHERE durable_form <> '';

-- Configuration and code for products. At most ten rows of a kilobyte each; read with it.
CREATE TABLE recommendation_snippet (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  product TEXT NOT NULL,
  place TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;

-- Topology advice: no row, or one at position 0. Read with the recommendation.
CREATE TABLE recommendation_topology (
  recommendation_id TEXT NOT NULL REFERENCES recommendation ON DELETE CASCADE,
  position INTEGER NOT NULL,
  more_source_addresses INTEGER,
  more_destination_addresses INTEGER,
  more_destination_ports INTEGER,
  PRIMARY KEY (recommendation_id, position)
) STRICT, WITHOUT ROWID;
)sql";

// Silences, the labels that they select by, and thresholds by policy. A text of labels is that of
// LabelsText.
constexpr SqlText kVersion4 = R"sql(
-- The silence that mutes it and until when; empty and NULL where it is loud, as all were before.
ALTER TABLE incident ADD COLUMN silence_id TEXT NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN silenced_until INTEGER;
-- Those of the namespace when the pool joined; none in rows from before they were kept.
ALTER TABLE incident_member ADD COLUMN labels TEXT NOT NULL DEFAULT '';

-- Every silence there ever was. Read at start: those that are not over (at most kSilencesMax) and
-- the newest of the others; some hundreds a year.
CREATE TABLE silence (
  id TEXT PRIMARY KEY NOT NULL,
  selector TEXT NOT NULL,
  reason TEXT NOT NULL,
  creator TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  expire_time INTEGER NOT NULL,
  end_time INTEGER,
  ender TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- For those that are not over, and the newest of the others.
CREATE INDEX silence_by_time ON silence (expire_time, id);

-- The one detection policy: no row before somebody set it, or one of id 1. Read at start.
CREATE TABLE detection_policy (
  id INTEGER PRIMARY KEY NOT NULL,
  update_time INTEGER,
  updater TEXT NOT NULL,
  revision INTEGER NOT NULL
) STRICT;

-- Its rules, the later one wins; at most 100 (kDetectionRulesMax). A threshold that is NULL stays
-- as it is without the rule.
CREATE TABLE detection_rule (
  policy_id INTEGER NOT NULL REFERENCES detection_policy ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  selector TEXT NOT NULL,
  near_limit_utilization_min REAL,
  near_limit_time INTEGER,
  forecast_utilization_min REAL,
  critical_utilization_min REAL,
  critical_time_left INTEGER,
  stuck_utilization_min REAL,
  stuck_time INTEGER,
  filled_utilization_min REAL,
  leak_utilization_min REAL,
  leak_time INTEGER,
  leak_horizon INTEGER,
  restart_blocked_time INTEGER,
  calm_time INTEGER,
  calm_thin_time INTEGER,
  PRIMARY KEY (policy_id, position)
) STRICT, WITHOUT ROWID;
)sql";

// The audit chain. The triggers hold against mistakes of ours and against a shell on the file; who
// removes them is found by the hashes.
constexpr SqlText kVersion5 = R"sql(
-- Everything that was done, a row each, never changed and never removed. Some thousands a year; a
-- large fleet's rollouts make some hundred thousand.
CREATE TABLE audit_entry (
  sequence INTEGER PRIMARY KEY NOT NULL,
  event_time INTEGER NOT NULL,
  actor TEXT NOT NULL,
  source TEXT NOT NULL,
  action INTEGER NOT NULL,
  object TEXT NOT NULL,
  reason TEXT NOT NULL,
  previous_hash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- The settings of an entry with their old and new values, at most 64 each (kAuditValuesMax); read
-- with it.
CREATE TABLE audit_value (
  sequence INTEGER NOT NULL REFERENCES audit_entry,
  position INTEGER NOT NULL,
  host_id TEXT NOT NULL,
  netns_cookie INTEGER NOT NULL,
  netns_label TEXT NOT NULL,
  sysctl TEXT NOT NULL,
  old_value TEXT NOT NULL,
  new_value TEXT NOT NULL,
  PRIMARY KEY (sequence, position)
) STRICT, WITHOUT ROWID;

-- INSERT OR REPLACE runs no trigger on DELETE, so what is inserted must be new.
CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entry)
BEGIN SELECT RAISE(ABORT, 'an audit entry follows the last one'); END;
CREATE TRIGGER audit_entry_keep BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_entry_stay BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
CREATE TRIGGER audit_value_next BEFORE INSERT ON audit_value
WHEN NEW.sequence IS NOT (SELECT max(sequence) FROM audit_entry) OR EXISTS
  (SELECT 1 FROM audit_value WHERE sequence = NEW.sequence AND position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'an audit value comes with its entry'); END;
CREATE TRIGGER audit_value_keep BEFORE UPDATE ON audit_value
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_value_stay BEFORE DELETE ON audit_value
BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END;
)sql";

constexpr SqlText kMigrations[] = {kVersion1, kVersion2, kVersion3,
                                   kVersion4, kVersion5, kVersion6};

}  // namespace

Schema ControlSchema() {
  return {.application_id = kApplicationId, .migrations = kMigrations, .check_whole_file = true};
}

}  // namespace berthmaster
