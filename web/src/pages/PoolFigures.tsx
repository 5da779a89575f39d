import { For, Show } from "solid-js";
import { formatCount, formatDuration, formatPercent, formatRate } from "../base/format";
import { durationMillisOf } from "../base/time";
import {
  type ConnectCost,
  type Pool,
  PoolKind,
  type PoolOwner,
} from "../gen/berthmaster/v1/pool_pb";
import { Ago } from "../widgets/Ago";
import { type Fact, Facts } from "../widgets/Facts";
import { Known } from "../widgets/Known";
import { Panel } from "../widgets/Panel";
import { TimeLeft } from "../widgets/TimeLeft";
import { Utilization } from "../widgets/Utilization";
import { ownerText } from "./NetnsNotes";
import { whyNoRate } from "./pool_columns";

/** The figures of one pool: what every kind has, what a connect pool has, and what else is known. */
export function PoolFigures(props: { pool: Pool }) {
  const facts = () => [
    ...commonFacts(props.pool),
    ...(props.pool.kind === PoolKind.CONNECT ? connectFacts(props.pool) : []),
    ...shareFacts(props.pool),
    { label: "sample", value: <Ago time={props.pool.sampleTime} /> },
  ];
  return <Facts as="figures" facts={facts()} />;
}

function commonFacts(pool: Pool): Fact[] {
  return [
    {
      label: "utilization",
      value: (
        <Utilization
          value={pool.utilization}
          reusable={pool.capacity > 0 ? pool.reusable / pool.capacity : undefined}
          settled={pool.settledUtilization}
          knee={pool.kind === PoolKind.CONNECT}
        />
      ),
    },
    {
      label: "time to exhaustion",
      value: (
        <TimeLeft
          left={pool.timeToExhaustion}
          from={pool.sampleTime}
          settled={pool.settledUtilization}
        />
      ),
    },
    {
      label: "settles at",
      value: (
        <Known value={pool.settledUtilization} why={whyNoRate(pool)}>
          {(settled) => (
            <span classList={{ "tone-critical": settled >= 1 }}>{formatPercent(settled)}</span>
          )}
        </Known>
      ),
    },
    ...bandFacts(pool),
    { label: "in use", value: formatCount(pool.inUse) },
    { label: "capacity", value: formatCount(pool.capacity) },
    { label: "headroom", value: formatCount(pool.headroom) },
    {
      label: "new connections",
      value: (
        <Known value={pool.connectionRate} why={whyNoRate(pool)}>
          {(rate) => formatRate(rate)}
        </Known>
      ),
    },
  ];
}

// What the load leaves open of the moment of exhaustion; nothing where it is now, or out of reach.
function bandFacts(pool: Pool): Fact[] {
  const earliest = durationMillisOf(pool.timeToExhaustionMin);
  const expected = durationMillisOf(pool.timeToExhaustion);
  const latest = durationMillisOf(pool.timeToExhaustionMax);
  if (earliest === undefined || expected === 0) return [];
  const from = formatDuration(earliest);
  let value = `${from} at the upper end of what the load may be`;
  if (expected !== undefined) value = `${from} or later, perhaps not at all`;
  if (latest !== undefined) value = `${from} to ${formatDuration(latest)}`;
  return [{ label: "runs out within, when sampled", value }];
}

function costFacts(pool: Pool): Fact[] {
  const facts: Fact[] = [];
  const add = (label: string, cost: ConnectCost | undefined) => {
    if (cost) facts.push({ label, value: costText(cost) });
  };
  add("connect() costs now", pool.connectCost);
  add(
    pool.timeToExhaustion ? "connect() costs at exhaustion" : "connect() costs in the end",
    pool.settledConnectCost,
  );
  return facts;
}

/** "5,974 µs a call, 54.9 % of a core". */
export function costText(cost: ConnectCost): string {
  const micros = (durationMillisOf(cost.cpuEach) ?? 0) * 1000;
  const each = `${formatCount(Math.round(micros))} µs a call`;
  return cost.coreShare === undefined
    ? each
    : `${each}, ${formatPercent(cost.coreShare)} of a core`;
}

function connectFacts(pool: Pool): Fact[] {
  return [
    ...costFacts(pool),
    { label: "reusable", value: formatCount(pool.reusable) },
    { label: "blocked ports", value: formatCount(pool.blocked) },
    {
      label: "new TIME_WAIT",
      value: (
        <Known value={pool.timeWaitRate} why={whyNoRate(pool)}>
          {(rate) => formatRate(rate)}
        </Known>
      ),
    },
    {
      label: "hold time",
      value: (
        <Known
          value={durationMillisOf(pool.holdTime)}
          why="no connection has closed in the rate window"
        >
          {(millis) => formatDuration(millis)}
        </Known>
      ),
    },
  ];
}

// What the agent's source or the kernel may not show, so that it is left out where it is not known.
function shareFacts(pool: Pool): Fact[] {
  const facts: Fact[] = [];
  const add = (label: string, value: number | undefined, format: (value: number) => string) => {
    if (value !== undefined) facts.push({ label, value: format(value) });
  };
  add("closed", pool.closeRate, formatRate);
  add("of them closed first here", pool.localCloseShare, formatPercent);
  add("wrong parity (0 % below the knee)", pool.wrongParityShare, formatPercent);
  add("bind() before connect()", pool.earlyBindShare, formatPercent);
  const failures = pool.connectFailureCount;
  if (failures !== undefined) {
    facts.push({
      label: "connect() found no port",
      value: <span classList={{ "tone-critical": failures > 0 }}>{formatCount(failures)}</span>,
    });
  }
  return facts;
}

/** Who holds the sockets of a pool; nothing where the agent names nobody. */
export function PoolOwners(props: { owners: readonly PoolOwner[] }) {
  return (
    <Show when={props.owners.length > 0}>
      <Panel title="Who holds its sockets">
        <table class="data">
          <caption class="sr-only">Owners of the pool's sockets</caption>
          <thead>
            <tr>
              <th scope="col">Process</th>
              <th scope="col" class="figure">
                Sockets
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={props.owners}>
              {(owner) => (
                <tr>
                  <th scope="row">{ownerText(owner)}</th>
                  <td class="figure">{formatCount(owner.socketCount)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Panel>
    </Show>
  );
}
