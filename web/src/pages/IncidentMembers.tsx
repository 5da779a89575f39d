import { Show } from "solid-js";
import { formatPercent } from "../base/format";
import { idOf, netnsPathOf, pathOf, poolTitleOf } from "../base/names";
import { durationMillisOf, millisOf } from "../base/time";
import { severityWord } from "../base/words";
import type { Incident, IncidentMember } from "../gen/berthmaster/v1/incident_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { type Column, DataTable } from "../widgets/DataTable";
import { Panel } from "../widgets/Panel";
import { TimeLeft } from "../widgets/TimeLeft";

/** The pools that an incident hurts, the worst first; nothing for an incident of one pool. */
export function IncidentMembers(props: { incident: Incident }) {
  const unlisted = () => props.incident.memberCount - props.incident.members.length;
  return (
    <Show when={props.incident.memberCount > 1}>
      <Panel title={`What it hurts: ${props.incident.memberCount} pools`}>
        <DataTable
          label="The pools of this incident"
          columns={columnsOf(props.incident)}
          rows={props.incident.members}
          empty="No pool is listed."
        />
        <Show when={unlisted() > 0}>
          <p class="muted">and {unlisted()} more</p>
        </Show>
      </Panel>
    </Show>
  );
}

function columnsOf(incident: Incident): readonly Column<IncidentMember>[] {
  return [
    {
      id: "severity",
      title: "Severity",
      cell: (member) => <Badge word={severityWord(member.severity)} />,
      sortBy: (member) => member.severity,
    },
    {
      id: "pool",
      title: "Pool",
      cell: (member) => <a href={pathOf(member.pool)}>{poolTitleOf(member.pool)}</a>,
    },
    {
      id: "host",
      title: "Host / netns",
      cell: (member) => (
        <span class="where">
          <a href={pathOf(member.host)}>{idOf(member.host)}</a> /{" "}
          <a href={netnsPathOf(member.netns)}>{member.netnsLabel || idOf(member.netns)}</a>
        </span>
      ),
      sortBy: (member) => member.netns,
    },
    {
      id: "utilization",
      title: "Utilization",
      figure: true,
      cell: (member) => formatPercent(member.utilization),
      sortBy: (member) => member.utilization,
    },
    {
      id: "time_left",
      title: "Time left",
      figure: true,
      cell: (member) => (
        <Show
          when={member.timeToExhaustion}
          fallback={<span class="muted">no exhaustion ahead</span>}
        >
          {(left) => <TimeLeft left={left()} from={incident.updateTime} settled={undefined} />}
        </Show>
      ),
      sortBy: (member) => durationMillisOf(member.timeToExhaustion),
    },
    {
      id: "joined",
      title: "Since",
      figure: true,
      cell: (member) => <Ago time={member.joinTime} />,
      sortBy: (member) => millisOf(member.joinTime),
    },
  ];
}
