import { Show } from "solid-js";
import { createRolloutList } from "../api/lists";
import { getCommand } from "../base/commands";
import { formatCount } from "../base/format";
import { idOf, pathOf } from "../base/names";
import { isInProgress, rolloutStateWord, waveName } from "../base/rollout_words";
import { selectorText } from "../base/selector";
import { millisOf } from "../base/time";
import { type Rollout, RolloutState } from "../gen/berthmaster/v1/rollout_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import type { Column } from "../widgets/DataTable";
import { ListPage } from "../widgets/ListPage";

const SHOWN = ["all", "running", "ended"] as const;

const STATES = {
  all: [],
  running: [
    RolloutState.APPROVED,
    RolloutState.CANARY,
    RolloutState.WAVE,
    RolloutState.SOAKING,
    RolloutState.REVERTING,
  ],
  ended: [RolloutState.CONFIRMED, RolloutState.REVERTED, RolloutState.FAILED],
};

const COLUMNS: readonly Column<Rollout>[] = [
  {
    id: "rollout",
    title: "Rollout",
    cell: (row) => <a href={pathOf(row.name)}>{idOf(row.name)}</a>,
    sortBy: (row) => row.name,
  },
  {
    id: "state",
    title: "State",
    cell: (row) => (
      <span class="beside">
        <Badge word={rolloutStateWord(row.state)} />
        <Show when={row.pause}>
          {(pause) => (
            <span title={`by ${pause().pauser}: ${pause().reason}`}>
              <Badge word={{ label: "paused", tone: "warning" }} />
            </span>
          )}
        </Show>
      </span>
    ),
    sortBy: (row) => row.state,
  },
  {
    id: "wave",
    title: "Wave",
    cell: (row) => (isInProgress(row.state) ? waveName(row.wave, row.waveCount) : ""),
    sortBy: (row) => row.wave,
  },
  {
    id: "targets",
    title: "Holding",
    figure: true,
    cell: (row) =>
      `${formatCount(row.targetCounts?.holding ?? 0)} of ${formatCount(row.targetCounts?.total ?? 0)}`,
    sortBy: (row) => row.targetCounts?.total,
  },
  { id: "where", title: "Where", cell: (row) => <span class="where">{whereOf(row)}</span> },
  {
    id: "sysctls",
    title: "Sysctls",
    cell: (row) => <code>{sysctlsOf(row).join(", ")}</code>,
  },
  {
    id: "message",
    title: "Message, or why it stopped",
    cell: (row) => row.stopReason || row.message,
  },
  {
    id: "approver",
    title: "Approved by",
    cell: (row) => row.approver,
    sortBy: (row) => row.approver,
  },
  {
    id: "approved",
    title: "Approved",
    figure: true,
    cell: (row) => <Ago time={row.createTime} />,
    sortBy: (row) => millisOf(row.createTime),
  },
];

function whereOf(rollout: Rollout): string {
  const selector = selectorText(rollout.plan?.selector ?? {});
  if (selector !== "") return selector;
  return rollout.targets
    .slice(0, 1)
    .map((target) => `${idOf(target.host)} / ${target.netnsLabel}`)
    .join("");
}

// All targets get the same values, so the first one speaks for them.
function sysctlsOf(rollout: Rollout): string[] {
  return (rollout.targets[0]?.sysctls ?? []).map((sysctl) => sysctl.change?.sysctl ?? "");
}

function rolloutText(row: Rollout): string {
  const places = row.targets.map((target) => `${target.host} ${target.netnsLabel}`);
  const pause = row.pause ? `paused ${row.pause.pauser} ${row.pause.reason}` : "";
  return [
    row.name,
    row.message,
    row.stopReason,
    row.approver,
    pause,
    whereOf(row),
    ...places,
    ...sysctlsOf(row),
  ].join(" ");
}

/** All rollouts, newest first. */
export function RolloutsPage() {
  return (
    <ListPage
      title="Rollouts"
      command={getCommand("rollouts")}
      parts={SHOWN}
      read={(part) => createRolloutList(() => STATES[part()])}
      columns={COLUMNS}
      sort={{ column: "approved", direction: "descending" }}
      textOf={rolloutText}
      hint="Filter: host, sysctl or approver"
      empty={() => "No rollout: nothing was approved yet."}
    />
  );
}
