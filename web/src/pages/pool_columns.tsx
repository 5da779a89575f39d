import { Show } from "solid-js";
import { formatCount, formatPercent, formatRate } from "../base/format";
import { hostNameOf, idOf, netnsPathOf, pathOf, poolTitleOf } from "../base/names";
import { durationMillisOf } from "../base/time";
import { poolKindWords } from "../base/words";
import { type Pool, PoolKind } from "../gen/berthmaster/v1/pool_pb";
import type { Column } from "../widgets/DataTable";
import { Known } from "../widgets/Known";
import { TimeLeft } from "../widgets/TimeLeft";
import { Utilization } from "../widgets/Utilization";

/** Why a rate or forecast may be missing. */
export const RATE_UNKNOWN = "the rate window, 5 s or more, is not full yet";

const NO_RATE = "it is not measured for pools of this kind";

/** Why this pool may have no rate or forecast. */
export function whyNoRate(pool: Pool): string {
  return pool.kind === PoolKind.CONNECT || pool.kind === PoolKind.TIME_WAIT_TABLE
    ? RATE_UNKNOWN
    : NO_RATE;
}

/** The text of a pool that free filter words are looked for in. */
export function poolText(pool: Pool): string {
  return `${pool.name} ${pool.netnsLabel} ${poolTitleOf(pool.name)} ${poolKindWords(pool.kind).name}`;
}

const POOL: Column<Pool> = {
  id: "pool",
  title: "Pool",
  cell: (pool) => <a href={pathOf(pool.name)}>{poolTitleOf(pool.name)}</a>,
  sortBy: (pool) => poolTitleOf(pool.name),
};

const KIND: Column<Pool> = {
  id: "kind",
  title: "Kind",
  cell: (pool) => <span class="muted">{poolKindWords(pool.kind).name}</span>,
  sortBy: (pool) => poolKindWords(pool.kind).name,
};

const NETNS: Column<Pool> = {
  id: "netns",
  title: "Host / netns",
  cell: (pool) => (
    <span class="where">
      <a href={pathOf(hostNameOf(pool.name))}>{idOf(hostNameOf(pool.name))}</a> /{" "}
      <a href={netnsPathOf(pool.netns)}>{pool.netnsLabel || idOf(pool.netns)}</a>
    </span>
  ),
  sortBy: (pool) => pool.netns,
};

const FIGURES: Column<Pool>[] = [
  {
    id: "utilization",
    title: "Utilization",
    cell: (pool) => (
      <Utilization
        value={pool.utilization}
        reusable={pool.capacity > 0 ? pool.reusable / pool.capacity : undefined}
        settled={pool.settledUtilization}
        knee={pool.kind === PoolKind.CONNECT}
      />
    ),
    sortBy: (pool) => pool.utilization,
  },
  {
    id: "in_use",
    title: "In use / capacity",
    figure: true,
    cell: (pool) => (
      <>
        {formatCount(pool.inUse)} <span class="muted">/ {formatCount(pool.capacity)}</span>
      </>
    ),
    sortBy: (pool) => pool.inUse,
  },
  {
    id: "reusable",
    title: "Reusable",
    figure: true,
    cell: (pool) => formatCount(pool.reusable),
    sortBy: (pool) => pool.reusable,
  },
  {
    id: "headroom",
    title: "Headroom",
    figure: true,
    cell: (pool) => formatCount(pool.headroom),
    sortBy: (pool) => pool.headroom,
  },
  {
    id: "settled",
    title: "Settles at",
    figure: true,
    cell: (pool) => (
      <Known value={pool.settledUtilization} why={whyNoRate(pool)}>
        {(settled) => (
          <Show when={settled >= 1} fallback={formatPercent(settled)}>
            <strong class="tone-critical">{formatPercent(settled)}</strong>
          </Show>
        )}
      </Known>
    ),
    sortBy: (pool) => pool.settledUtilization,
  },
  {
    id: "time_left",
    title: "Time to exhaustion",
    figure: true,
    cell: (pool) => (
      <TimeLeft
        left={pool.timeToExhaustion}
        from={pool.sampleTime}
        settled={pool.settledUtilization}
      />
    ),
    sortBy: (pool) => durationMillisOf(pool.timeToExhaustion),
  },
  {
    id: "rate",
    title: "New connections",
    figure: true,
    cell: (pool) => (
      <Known value={pool.connectionRate} why={whyNoRate(pool)}>
        {(rate) => formatRate(rate)}
      </Known>
    ),
    sortBy: (pool) => pool.connectionRate,
  },
];

/** The columns of pools from the whole fleet. */
export const FLEET_POOL_COLUMNS: readonly Column<Pool>[] = [POOL, KIND, NETNS, ...FIGURES];

/** The columns of pools within one namespace. */
export const NETNS_POOL_COLUMNS: readonly Column<Pool>[] = [POOL, KIND, ...FIGURES];
