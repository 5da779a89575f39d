import { createRolloutList } from "../api/lists";
import { getCommand } from "../base/commands";
import { idOf, pathOf } from "../base/names";
import { millisOf } from "../base/time";
import { rolloutStateWord } from "../base/words";
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
    cell: (row) => <Badge word={rolloutStateWord(row.state)} />,
    sortBy: (row) => row.state,
  },
  {
    id: "target",
    title: "Target",
    cell: (row) =>
      row.targets.map((target) => `${idOf(target.host)} / ${target.netnsLabel}`).join(", "),
  },
  {
    id: "sysctls",
    title: "Sysctls",
    cell: (row) => <code>{sysctlsOf(row).join(", ")}</code>,
  },
  { id: "message", title: "Message", cell: (row) => row.message },
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

function sysctlsOf(rollout: Rollout): string[] {
  return rollout.targets.flatMap((target) =>
    target.sysctls.map((sysctl) => sysctl.change?.sysctl ?? ""),
  );
}

function rolloutText(row: Rollout): string {
  const places = row.targets.map((target) => `${target.host} ${target.netnsLabel}`);
  return [row.name, row.message, row.approver, ...places, ...sysctlsOf(row)].join(" ");
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
