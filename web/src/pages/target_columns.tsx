import { type JSX, Show } from "solid-js";
import { formatRate } from "../base/format";
import { idOf, netnsPathOf, pathOf } from "../base/names";
import { targetStateWord } from "../base/rollout_words";
import type { Outlook } from "../gen/berthmaster/v1/recommendation_pb";
import type { RolloutTarget, TargetSysctl } from "../gen/berthmaster/v1/rollout_pb";
import { Badge } from "../widgets/Badge";
import type { Column } from "../widgets/DataTable";
import { Unknown } from "../widgets/Unknown";
import { outlookText } from "./RecommendationCard";

/** What a table of targets can show beside their states. */
export const TARGET_VIEWS = ["values", "gates", "pool"] as const;

/** One of them. */
export type TargetView = (typeof TARGET_VIEWS)[number];

/** A rate that must not rise when a change is made. */
export interface Gate {
  field: "failures" | "resets" | "retransmits" | "timeWaitOverflows";
  label: string;
}

/** The gates of a target, in the order in which they are shown. */
export const GATES: readonly Gate[] = [
  { field: "failures", label: "connect() failures" },
  { field: "resets", label: "resets" },
  { field: "retransmits", label: "retransmits" },
  { field: "timeWaitOverflows", label: "TIME_WAIT overflows" },
];

/** The columns of a table of targets; `open` shows all about one. */
export function targetColumns(
  view: TargetView,
  open: (target: RolloutTarget) => void,
): readonly Column<RolloutTarget>[] {
  return [
    {
      id: "host",
      title: "Host / netns",
      cell: (row) => (
        <span class="where">
          <a href={pathOf(row.host)}>{idOf(row.host)}</a> /{" "}
          <a href={netnsPathOf(row.netns)}>{row.netnsLabel || idOf(row.netns)}</a>
        </span>
      ),
      sortBy: (row) => row.netns,
    },
    {
      id: "state",
      title: "State",
      cell: (row) => <Badge word={targetStateWord(row.state)} />,
      sortBy: (row) => row.state,
    },
    ...VIEWS[view],
    {
      id: "message",
      title: "Message",
      cell: (row) => <span title={row.message}>{row.message}</span>,
    },
    {
      id: "details",
      title: "Action",
      cell: (row) => (
        <button type="button" onClick={() => open(row)}>
          Details
          <span class="sr-only">
            {" "}
            of {idOf(row.host)} / {row.netnsLabel || idOf(row.netns)}
          </span>
        </button>
      ),
    },
  ];
}

const VIEWS: Record<TargetView, readonly Column<RolloutTarget>[]> = {
  values: [
    {
      id: "desired",
      title: "Desired",
      cell: (row) => <Values of={row.sysctls} value={(one) => one.change?.desiredValue} />,
    },
    {
      id: "applied",
      title: "Applied",
      cell: (row) => (
        <Values of={row.sysctls} value={(one) => one.appliedValue} none="nothing written" />
      ),
    },
    {
      id: "effective",
      title: "Effective",
      cell: (row) => <Values of={row.sysctls} value={(one) => one.effectiveValue} />,
    },
  ],
  gates: GATES.map(({ field, label }) => ({
    id: field,
    title: `${label}, before → now`,
    figure: true,
    cell: (row: RolloutTarget): JSX.Element => (
      <Show
        when={row.gates?.before && row.gates.after}
        fallback={<Unknown why="too few samples before or since the write" />}
      >
        {formatRate(row.gates?.before?.[field] ?? 0)} → {formatRate(row.gates?.after?.[field] ?? 0)}
      </Show>
    ),
    sortBy: (row: RolloutTarget) =>
      row.gates?.before && row.gates.after
        ? row.gates.after[field] - row.gates.before[field]
        : undefined,
  })),
  pool: [
    {
      id: "before",
      title: "Pool before",
      figure: true,
      cell: (row) => <OutlookCell of={row.before} why="no pool was known before the change" />,
      sortBy: (row) => row.before?.utilization,
    },
    {
      id: "predicted",
      title: "Predicted with it",
      figure: true,
      cell: (row) => <OutlookCell of={row.predicted} why="nothing could be predicted" />,
      sortBy: (row) => row.predicted?.settledUtilization ?? row.predicted?.utilization,
    },
  ],
};

function OutlookCell(props: { of: Outlook | undefined; why: string }) {
  return (
    <Show when={props.of} fallback={<Unknown why={props.why} />}>
      {outlookText(props.of)}
    </Show>
  );
}

interface ValuesProps {
  of: readonly TargetSysctl[];
  value(sysctl: TargetSysctl): string | undefined;
  /** What it means that no sysctl has a value; without it that is unknown. */
  none?: string;
}

/** The values of a target's sysctls in one line, each with its name as the title. */
function Values(props: ValuesProps) {
  const values = () => props.of.map((one) => props.value(one) || "–").join("; ");
  const names = () => props.of.map((one) => one.change?.sysctl).join("; ");
  return (
    <Show
      when={props.of.some((one) => props.value(one))}
      fallback={
        props.none === undefined ? (
          <Unknown why="no sample has shown it yet" />
        ) : (
          <span class="muted">{props.none}</span>
        )
      }
    >
      <code title={names()}>{values()}</code>
    </Show>
  );
}
