import { createMemo } from "solid-js";
import { createRolloutList } from "../api/lists";
import { getCommand } from "../base/commands";
import { matchesWords, parseFilter } from "../base/filter";
import { idOf, pathOf } from "../base/names";
import { choiceParam, createQueryState, sortParam, textParam } from "../base/query";
import { millisOf } from "../base/time";
import { rolloutStateWord } from "../base/words";
import { type Rollout, RolloutState } from "../gen/berthmaster/v1/rollout_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Choice } from "../widgets/Choice";
import { type Column, DataTable } from "../widgets/DataTable";
import { FilterBox } from "../widgets/FilterBox";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { MoreNote } from "./MoreNote";

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
  const [shown, setShown] = createQueryState("state", choiceParam(SHOWN));
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [sort, setSort] = createQueryState(
    "sort",
    sortParam({ column: "approved", direction: "descending" }),
  );
  const rollouts = createRolloutList(() => STATES[shown()]);
  const words = createMemo(() => parseFilter(filter(), []).words);
  return (
    <>
      <PageHead title="Rollouts" command={getCommand("rollouts")} />
      <Panel
        title={shown() === "all" ? "All rollouts" : `Rollouts, ${shown()}`}
        aside={
          <>
            <Choice
              label="State"
              options={SHOWN.map((value) => ({ value, label: value }))}
              value={shown()}
              onChoose={setShown}
            />
            <FilterBox
              label="Filter the rollouts"
              hint="Filter: host, sysctl or approver"
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <Loaded of={rollouts} what="the rollouts">
          {(listed) => (
            <>
              <DataTable
                label="Rollouts"
                columns={COLUMNS}
                rows={listed().items.filter((row) => matchesWords(words(), rolloutText(row)))}
                empty="No rollout: nothing was approved yet."
                sort={sort()}
                onSort={setSort}
              />
              <MoreNote of={listed()} what="rollouts" />
            </>
          )}
        </Loaded>
      </Panel>
    </>
  );
}
