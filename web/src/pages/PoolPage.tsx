import { createMemo, For, Show } from "solid-js";
import { createIncidentList } from "../api/lists";
import { createPool, createPoolHistory } from "../api/resources";
import { describeCommand } from "../base/commands";
import { formatCount, formatPercent } from "../base/format";
import { hostNameOf, idOf, netnsPathOf, pathOf, poolTitleOf } from "../base/names";
import { choiceParam, createQueryState } from "../base/query";
import { durationMillisOf, millisOf } from "../base/time";
import { poolKindWords } from "../base/words";
import { PoolChart } from "../charts/PoolChart";
import { poolSeries } from "../charts/pool_series";
import { ReleaseChart } from "../charts/ReleaseChart";
import { type Pool, PoolKind } from "../gen/berthmaster/v1/pool_pb";
import { Choice } from "../widgets/Choice";
import { DataTable } from "../widgets/DataTable";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { INCIDENT_COLUMNS } from "./incident_columns";
import { PoolFigures, PoolOwners } from "./PoolFigures";

const MINUTE = 60_000;

const RANGES = ["15m", "5m", "1h", "6h", "24h"] as const;

/** The lengths of the past that can be chosen, in the order of the buttons. */
const SPANS = [
  { value: "5m", label: "5 min", span: 5 * MINUTE },
  { value: "15m", label: "15 min", span: 15 * MINUTE },
  { value: "1h", label: "1 h", span: 60 * MINUTE },
  { value: "6h", label: "6 h", span: 360 * MINUTE },
  { value: "24h", label: "24 h", span: 1440 * MINUTE },
] as const;

/** More points than a chart has pixels show nothing more. */
const POINTS_MAX = 1200;

/** One pool: its past, its forecast and what holds its places. */
export function PoolPage(props: { name: string }) {
  const pool = createPool(() => props.name);
  const incidents = createIncidentList(() => ({ states: [], host: "", pool: props.name }));
  return (
    <>
      <PageHead
        title={poolTitleOf(props.name)}
        trail={trailOf(props.name, pool.value())}
        command={describeCommand("pool", props.name)}
      />
      <Loaded of={pool} what="the pool">
        {(found) => (
          <>
            <p class="panel-text muted">
              <strong>{poolKindWords(found().kind).name}</strong>:{" "}
              {poolKindWords(found().kind).text}
            </p>
            <PoolFigures pool={found()} />
            <PoolOwners owners={found().owners} />
          </>
        )}
      </Loaded>
      <HistoryPanel name={props.name} pool={pool.value()} />
      <Show when={incidents.value()?.items.length}>
        <Panel title="Incidents of this pool">
          <DataTable
            label="Incidents of this pool"
            columns={INCIDENT_COLUMNS.filter((column) => column.id !== "host")}
            rows={incidents.value()?.items ?? []}
            empty=""
          />
        </Panel>
      </Show>
      <Show when={pool.value()}>
        {(found) => (
          <Show when={hasSockets(found())}>
            <div class="columns">
              <Panel title="TIME_WAIT releases of the coming minute">
                <Show
                  when={found().timeWaitReleases.length > 0}
                  fallback={<p class="empty">No socket of this pool is in TIME_WAIT.</p>}
                >
                  <ReleaseChart releases={found().timeWaitReleases} />
                </Show>
              </Panel>
              <Panel title="Sockets by TCP state">
                <StatesTable pool={found()} />
              </Panel>
            </div>
          </Show>
        )}
      </Show>
    </>
  );
}

// Pools of the other kinds count ports, conntrack entries or connections in a queue.
function hasSockets(pool: Pool): boolean {
  return (
    pool.kind === PoolKind.CONNECT ||
    pool.kind === PoolKind.TIME_WAIT_TABLE ||
    Object.keys(pool.states).length > 0
  );
}

function trailOf(name: string, pool: Pool | undefined) {
  const host = hostNameOf(name);
  const netns = name.slice(0, name.indexOf("/pools/"));
  return [
    { label: "Hosts", path: "/hosts" },
    { label: idOf(host), path: pathOf(host) },
    { label: pool?.netnsLabel || idOf(netns), path: netnsPathOf(netns) },
  ];
}

function HistoryPanel(props: { name: string; pool: Pool | undefined }) {
  const [range, setRange] = createQueryState("range", choiceParam(RANGES), "push");
  const span = () => SPANS.find((option) => option.value === range())?.span ?? 15 * MINUTE;
  const history = createPoolHistory(() => ({
    name: props.name,
    span: span(),
    pointsMax: POINTS_MAX,
  }));
  const series = createMemo(() => poolSeries(history.value()?.points ?? [], props.pool, span()));
  const marks = createMemo(() => {
    const sampleMillis = millisOf(props.pool?.sampleTime);
    const left = durationMillisOf(props.pool?.timeToExhaustion);
    return {
      sampleTime: sampleMillis === undefined ? undefined : sampleMillis / 1000,
      exhaustionTime:
        sampleMillis === undefined || left === undefined ? undefined : (sampleMillis + left) / 1000,
      knee: props.pool?.kind === PoolKind.CONNECT,
      capacity: props.pool?.capacity,
    };
  });
  const description = () =>
    `In use and TIME_WAIT against capacity over the last ${range()}, with the forecast and its band. ` +
    "The same figures stand in the table below it.";
  return (
    <Panel
      title="In use against capacity, and the forecast"
      aside={<Choice label="Time range" options={SPANS} value={range()} onChoose={setRange} />}
    >
      <Loaded of={history} what="the history">
        {(found) => (
          <Show
            when={found().points.length > 0}
            fallback={<p class="empty">No sample of this pool was recorded in this time.</p>}
          >
            <PoolChart series={series()} marks={marks()} description={description()} />
          </Show>
        )}
      </Loaded>
    </Panel>
  );
}

function StatesTable(props: { pool: Pool }) {
  const states = createMemo(() =>
    Object.entries(props.pool.states).sort(([, a], [, b]) => b - a || 0),
  );
  const share = (count: number) => (props.pool.inUse > 0 ? count / props.pool.inUse : 0);
  return (
    <Show when={states().length > 0} fallback={<p class="empty">The pool holds no socket now.</p>}>
      <table class="data">
        <caption class="sr-only">Sockets of the pool by TCP state</caption>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" class="figure">
              Sockets
            </th>
            <th scope="col" class="figure">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={states()}>
            {([state, count]) => (
              <tr>
                <th scope="row">
                  <code>{state}</code>
                </th>
                <td class="figure">{formatCount(count)}</td>
                <td class="figure">{formatPercent(share(count))}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  );
}
