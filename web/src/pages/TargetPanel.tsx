import { For, type JSX, Show } from "solid-js";
import { createPoolList } from "../api/lists";
import { formatCount, formatDuration, formatPercent, formatRate } from "../base/format";
import { idOf, netnsPathOf, pathOf, poolTitleOf } from "../base/names";
import { applyStateWord, targetStateWord, waveName } from "../base/rollout_words";
import { durationMillisOf } from "../base/time";
import { type Pool, PoolKind } from "../gen/berthmaster/v1/pool_pb";
import type { AdviceStatus, RolloutTarget, TargetSysctl } from "../gen/berthmaster/v1/rollout_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { type Column, DataTable } from "../widgets/DataTable";
import { Facts } from "../widgets/Facts";
import { Known } from "../widgets/Known";
import { Panel } from "../widgets/Panel";
import { Unknown } from "../widgets/Unknown";
import { GATES, type Gate } from "./target_columns";

interface TargetPanelProps {
  target: RolloutTarget;
  waveCount: number;
  /** A button to close it, where it can be closed. */
  aside?: JSX.Element;
}

/** Everything about one target of a rollout. */
export function TargetPanel(props: TargetPanelProps) {
  const target = () => props.target;
  return (
    <Panel
      title="Target"
      aside={
        <>
          <span>
            <a href={pathOf(target().host)}>{idOf(target().host)}</a> /{" "}
            <a href={netnsPathOf(target().netns)}>{target().netnsLabel || idOf(target().netns)}</a>
            <span class="muted">
              {" · "}
              {waveName(target().wave, props.waveCount)}
              {" · "}
              {target().revision === 0n ? "not sent yet" : `revision ${target().revision}`}
            </span>
          </span>
          {props.aside}
        </>
      }
    >
      <p class="panel-text">
        <Badge word={targetStateWord(target().state)} /> {target().message}{" "}
        <span class="muted">
          <Ago time={target().stateTime} />
        </span>
      </p>
      <div class="table-scroll">
        <table class="data">
          <caption class="sr-only">The sysctls of the target</caption>
          <thead>
            <tr>
              <th scope="col">Sysctl</th>
              <th scope="col">Prior</th>
              <th scope="col">Desired</th>
              <th scope="col">Applied</th>
              <th scope="col">Effective</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            <For each={target().sysctls}>{(sysctl) => <SysctlRow sysctl={sysctl} />}</For>
          </tbody>
        </table>
      </div>
      <div class="columns">
        <GateTable target={target()} />
        <PoolTable target={target()} />
      </div>
      <Show when={target().advice}>{(advice) => <AdviceFacts advice={advice()} />}</Show>
    </Panel>
  );
}

function SysctlRow(props: { sysctl: TargetSysctl }) {
  return (
    <>
      <tr>
        <th scope="row">
          <code>{props.sysctl.change?.sysctl}</code>
        </th>
        <td>
          <Show
            when={props.sysctl.change?.expectedValue}
            fallback={<Unknown why="it is read in the namespace when the change is sent" />}
          >
            <code>{props.sysctl.change?.expectedValue}</code>
          </Show>
        </td>
        <td>
          <code>{props.sysctl.change?.desiredValue}</code>
        </td>
        <td>
          <Show
            when={props.sysctl.appliedValue}
            fallback={<span class="muted">nothing written</span>}
          >
            <code>{props.sysctl.appliedValue}</code>
          </Show>
        </td>
        <td>
          <Show
            when={props.sysctl.effectiveValue}
            fallback={<Unknown why="no sample has shown it yet" />}
          >
            <code>{props.sysctl.effectiveValue}</code>
          </Show>
        </td>
        <td>
          <Badge word={applyStateWord(props.sysctl.state)} />
        </td>
      </tr>
      <Show when={props.sysctl.error}>
        <tr>
          <td colspan="6" class="tone-critical">
            {props.sysctl.error}
          </td>
        </tr>
      </Show>
    </>
  );
}

function GateTable(props: { target: RolloutTarget }) {
  const span = (which: "beforeSpan" | "afterSpan") => {
    const millis = durationMillisOf(props.target.gates?.[which]);
    return millis === undefined ? "" : `, over ${formatDuration(millis)}`;
  };
  const columns: Column<Gate>[] = [
    { id: "gate", title: "Gate: must not rise", cell: (gate) => gate.label },
    {
      id: "before",
      get title() {
        return `Before${span("beforeSpan")}`;
      },
      figure: true,
      cell: (gate) => (
        <Known value={props.target.gates?.before?.[gate.field]} why="too few samples before it">
          {formatRate}
        </Known>
      ),
    },
    {
      id: "after",
      get title() {
        return `Since the write${span("afterSpan")}`;
      },
      figure: true,
      cell: (gate) => (
        <Known value={props.target.gates?.after?.[gate.field]} why="no sample since the write yet">
          {formatRate}
        </Known>
      ),
    },
  ];
  return <DataTable label="The gates of the target" columns={columns} rows={GATES} empty="" />;
}

interface PoolRow {
  label: string;
  utilization: number | undefined;
  settled: number | undefined;
  capacity: number | undefined;
  why: string;
}

const POOL_COLUMNS: readonly Column<PoolRow>[] = [
  { id: "when", title: "Pool", cell: (row) => row.label },
  {
    id: "utilization",
    title: "Utilization",
    figure: true,
    cell: (row) => (
      <Known value={row.utilization} why={row.why}>
        {formatPercent}
      </Known>
    ),
  },
  {
    id: "settled",
    title: "Settles at",
    figure: true,
    cell: (row) => (
      <Known value={row.settled} why={row.why}>
        {formatPercent}
      </Known>
    ),
  },
  {
    id: "capacity",
    title: "Capacity",
    figure: true,
    cell: (row) => (
      <Known value={row.capacity} why={row.why}>
        {formatCount}
      </Known>
    ),
  },
];

/** More pools of a host than this are not asked for: the fullest come first. */
const POOLS_MAX = 200;

function PoolTable(props: { target: RolloutTarget }) {
  const pools = createPoolList(() => ({
    host: props.target.host,
    destinationAddress: "",
    destinationPort: 0,
    kind: PoolKind.UNSPECIFIED,
    utilizationMin: 0,
    limit: POOLS_MAX,
  }));
  const fullest = (): Pool | undefined =>
    pools
      .value()
      ?.items.find((pool) => pool.netns === props.target.netns && pool.kind !== PoolKind.LISTENER);
  const rows = (): PoolRow[] => {
    const now = fullest();
    const { before, predicted } = props.target;
    return [
      {
        label: "before the change",
        utilization: before?.utilization,
        settled: before?.settledUtilization,
        capacity: before?.capacity,
        why: "no pool was known before the change",
      },
      {
        label: "predicted with it",
        utilization: predicted?.utilization,
        settled: predicted?.settledUtilization,
        capacity: predicted?.capacity,
        why: "nothing could be predicted",
      },
      {
        label: now ? `now: ${poolTitleOf(now.name)}` : "now",
        utilization: now?.utilization,
        settled: now?.settledUtilization,
        capacity: now?.capacity,
        why: "the newest sample has no pool in this namespace",
      },
    ];
  };
  return <DataTable label="The pool of the target" columns={POOL_COLUMNS} rows={rows()} empty="" />;
}

function AdviceFacts(props: { advice: AdviceStatus }) {
  return (
    <Facts
      as="rows"
      facts={[
        { label: "advice for", value: `${props.advice.workload} → ${props.advice.destination}` },
        {
          label: "connections to keep open",
          value: (
            <Known value={props.advice.advice?.connectionPoolSize} why="the server gave none">
              {formatCount}
            </Known>
          ),
        },
        {
          label: "published at",
          value: (
            <Show when={props.advice.path} fallback={<span class="muted">not published yet</span>}>
              <code>{props.advice.path}</code>
            </Show>
          ),
        },
        { label: "applications that follow it", value: formatCount(props.advice.followerCount) },
        { label: "answered", value: props.advice.acknowledgement || "nothing yet" },
        {
          label: "new connections, before → now",
          value: (
            <>
              {formatRate(props.advice.connectionRateBefore)} →{" "}
              <Known value={props.advice.connectionRateNow} why="no sample shows the workload">
                {formatRate}
              </Known>
            </>
          ),
        },
      ]}
    />
  );
}
