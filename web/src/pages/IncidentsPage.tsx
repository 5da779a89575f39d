import { createMemo } from "solid-js";
import { createIncidentList, UNRESOLVED } from "../api/lists";
import { getCommand } from "../base/commands";
import { matchesWords, parseFilter } from "../base/filter";
import { choiceParam, createQueryState, sortParam, textParam } from "../base/query";
import { IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { Choice } from "../widgets/Choice";
import { DataTable } from "../widgets/DataTable";
import { FilterBox } from "../widgets/FilterBox";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { Select } from "../widgets/Select";
import { INCIDENT_COLUMNS, incidentText } from "./incident_columns";
import { MoreNote } from "./MoreNote";

const SHOWN = ["unresolved", "resolved", "all"] as const;

/** What becomes of silenced incidents in the list. */
const SILENCED = ["shown", "hidden", "only"] as const;

const BY_SILENCED = { shown: undefined, hidden: false, only: true };

const STATES = { unresolved: UNRESOLVED, resolved: [IncidentState.RESOLVED], all: [] };

/** All incidents, newest first. */
export function IncidentsPage() {
  const [shown, setShown] = createQueryState("state", choiceParam(SHOWN));
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [sort, setSort] = createQueryState(
    "sort",
    sortParam({ column: "opened", direction: "descending" }),
  );
  const [silenced, setSilenced] = createQueryState("silenced", choiceParam(SILENCED));
  const incidents = createIncidentList(() => {
    const bySilenced = BY_SILENCED[silenced()];
    return {
      states: STATES[shown()],
      host: "",
      pool: "",
      ...(bySilenced === undefined ? {} : { silenced: bySilenced }),
    };
  });
  const words = createMemo(() => parseFilter(filter(), []).words);
  return (
    <>
      <PageHead title="Incidents" command={getCommand("incidents")} />
      <Panel
        title={shown() === "all" ? "All incidents" : `Incidents, ${shown()}`}
        aside={
          <>
            <Choice
              label="State"
              options={SHOWN.map((value) => ({ value, label: value }))}
              value={shown()}
              onChoose={setShown}
            />
            <Select
              label="Silenced incidents"
              options={SILENCED.map((value) => ({ value, label: `silenced: ${value}` }))}
              value={silenced()}
              onChoose={(value) => setSilenced(SILENCED.find((one) => one === value) ?? "shown")}
            />
            <FilterBox
              label="Filter the incidents"
              hint="Filter: host, netns, cause or pool"
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <Loaded of={incidents} what="the incidents">
          {(listed) => (
            <>
              <DataTable
                label="Incidents"
                columns={INCIDENT_COLUMNS}
                rows={listed().items.filter((row) => matchesWords(words(), incidentText(row)))}
                empty={filter() === "" ? "No incident: nothing runs out." : "No incident matches."}
                sort={sort()}
                onSort={setSort}
              />
              <MoreNote of={listed()} what="incidents" />
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
