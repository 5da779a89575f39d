import { type JSX, Show } from "solid-js";
import { formatCount, formatCountdown } from "../base/format";
import { durationMillisOf } from "../base/time";
import type { Outlook } from "../gen/berthmaster/v1/recommendation_pb";
import { Unknown } from "../widgets/Unknown";
import { Utilization } from "../widgets/Utilization";
import { RATE_UNKNOWN } from "./pool_columns";

/** What an outlook and a pool both say. */
type Outlined = Pick<
  Outlook,
  "capacity" | "utilization" | "settledUtilization" | "timeToExhaustion"
>;

interface BeforeAfter {
  before?: Outlined | undefined;
  after?: Outlined | undefined;
}

/** The outlook of a pool without and with a change, side by side. */
export function WhatIfTable(props: { whatIf: BeforeAfter }) {
  return (
    <table class="data what-if">
      <caption class="sr-only">The outlook of the pool without and with the change</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">Without it</th>
          <th scope="col">With it</th>
        </tr>
      </thead>
      <tbody>
        <Row
          title="capacity"
          whatIf={props.whatIf}
          cell={(outlook) => formatCount(outlook.capacity)}
        />
        <Row
          title="utilization at once"
          whatIf={props.whatIf}
          cell={(outlook) => <Utilization value={outlook.utilization} />}
        />
        <Row
          title="settles at"
          whatIf={props.whatIf}
          cell={(outlook) => <Utilization value={outlook.settledUtilization} why={RATE_UNKNOWN} />}
        />
        <Row
          title="time to exhaustion"
          whatIf={props.whatIf}
          cell={(outlook) => <TimeOf outlook={outlook} />}
        />
      </tbody>
    </table>
  );
}

function Row(props: {
  title: string;
  whatIf: BeforeAfter;
  cell: (outlook: Outlined) => JSX.Element;
}) {
  const cellOf = (outlook: Outlined | undefined) =>
    outlook ? props.cell(outlook) : <Unknown why="the server gave no outlook" />;
  return (
    <tr>
      <th scope="row">{props.title}</th>
      <td>{cellOf(props.whatIf.before)}</td>
      <td>{cellOf(props.whatIf.after)}</td>
    </tr>
  );
}

// It does not count down: it is what the forecast said when the recommendation was made.
function TimeOf(props: { outlook: Outlined }) {
  const left = () => durationMillisOf(props.outlook.timeToExhaustion);
  return (
    <Show
      when={left() !== undefined}
      fallback={
        <Show
          when={props.outlook.settledUtilization !== undefined}
          fallback={<Unknown why={RATE_UNKNOWN} />}
        >
          not reached
        </Show>
      }
    >
      <strong class="tone-critical">{left() === 0 ? "now" : formatCountdown(left() ?? 0)}</strong>
    </Show>
  );
}
