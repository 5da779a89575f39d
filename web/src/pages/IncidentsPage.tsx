import type { Accessor } from "solid-js";
import { createIncidentList, UNRESOLVED } from "../api/lists";
import { getCommand } from "../base/commands";
import { choiceParam, createQueryState } from "../base/query";
import { IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { ListPage } from "../widgets/ListPage";
import { Select } from "../widgets/Select";
import { INCIDENT_COLUMNS, incidentText } from "./incident_columns";

const SHOWN = ["unresolved", "resolved", "all"] as const;

/** What becomes of silenced incidents in the list. */
const SILENCED = ["shown", "hidden", "only"] as const;

const BY_SILENCED = { shown: undefined, hidden: false, only: true };

const STATES = { unresolved: UNRESOLVED, resolved: [IncidentState.RESOLVED], all: [] };

/** All incidents, newest first. */
export function IncidentsPage() {
  const [silenced, setSilenced] = createQueryState("silenced", choiceParam(SILENCED));
  const read = (part: Accessor<(typeof SHOWN)[number]>) =>
    createIncidentList(() => {
      const bySilenced = BY_SILENCED[silenced()];
      return {
        states: STATES[part()],
        host: "",
        pool: "",
        ...(bySilenced === undefined ? {} : { silenced: bySilenced }),
      };
    });
  return (
    <ListPage
      title="Incidents"
      command={getCommand("incidents")}
      parts={SHOWN}
      read={read}
      columns={INCIDENT_COLUMNS}
      sort={{ column: "opened", direction: "descending" }}
      textOf={incidentText}
      hint="Filter: host, netns, cause or pool"
      empty={(_part, narrowed) =>
        narrowed ? "No incident matches." : "No incident: nothing runs out."
      }
      choices={
        <Select
          label="Silenced incidents"
          options={SILENCED.map((value) => ({ value, label: `silenced: ${value}` }))}
          value={silenced()}
          onChoose={(value) => setSilenced(SILENCED.find((one) => one === value) ?? "shown")}
        />
      }
    />
  );
}
