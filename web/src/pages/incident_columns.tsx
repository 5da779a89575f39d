import { Show } from "solid-js";
import { formatPercent } from "../base/format";
import { idOf, pathOf } from "../base/names";
import { durationMillisOf, millisOf } from "../base/time";
import {
  causeWords,
  incidentStateWord,
  isSilenced,
  SILENCED_WORD,
  severityWord,
} from "../base/words";
import { type Incident, IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import type { Column } from "../widgets/DataTable";
import { TimeLeft } from "../widgets/TimeLeft";

/** The text of an incident that filter words are looked for in. */
export function incidentText(incident: Incident): string {
  return [
    incident.name,
    incident.summary,
    incident.pool,
    incident.netnsLabel,
    causeWords(incident.cause).name,
  ].join(" ");
}

/** The time left of an incident; of a resolved one there is none. */
export function IncidentTimeLeft(props: { incident: Incident }) {
  return (
    <>
      {props.incident.state === IncidentState.RESOLVED ? (
        <span class="muted">over</span>
      ) : (
        <TimeLeft
          left={props.incident.timeToExhaustion}
          from={props.incident.updateTime}
          settled={props.incident.settledUtilization}
        />
      )}
    </>
  );
}

/** The columns of a list of incidents. */
export const INCIDENT_COLUMNS: readonly Column<Incident>[] = [
  {
    id: "severity",
    title: "Severity",
    cell: (incident) => <Badge word={severityWord(incident.severity)} />,
    sortBy: (incident) => incident.severity,
  },
  {
    id: "summary",
    title: "Incident",
    cell: (incident) => <a href={pathOf(incident.name)}>{incident.summary}</a>,
  },
  {
    id: "cause",
    title: "Cause",
    cell: (incident) => causeWords(incident.cause).name,
    sortBy: (incident) => causeWords(incident.cause).name,
  },
  {
    id: "host",
    title: "Host / netns",
    cell: (incident) => (
      <span class="where">
        {idOf(incident.host)} / {incident.netnsLabel || idOf(incident.netns)}
        {incident.memberCount > 1 ? ` + ${incident.memberCount - 1} pools` : ""}
      </span>
    ),
    sortBy: (incident) => incident.netns,
  },
  {
    id: "utilization",
    title: "Utilization",
    figure: true,
    cell: (incident) => formatPercent(incident.utilization),
    sortBy: (incident) => incident.utilization,
  },
  {
    id: "time_left",
    title: "Time left",
    figure: true,
    cell: (incident) => <IncidentTimeLeft incident={incident} />,
    sortBy: (incident) => durationMillisOf(incident.timeToExhaustion),
  },
  {
    id: "state",
    title: "State",
    cell: (incident) => (
      <>
        <Badge word={incidentStateWord(incident.state)} />
        <Show when={isSilenced(incident)}>
          {" "}
          <Badge word={SILENCED_WORD} />
        </Show>
      </>
    ),
    sortBy: (incident) => incident.state,
  },
  {
    id: "opened",
    title: "Opened",
    figure: true,
    cell: (incident) => <Ago time={incident.openTime} />,
    sortBy: (incident) => millisOf(incident.openTime),
  },
];
