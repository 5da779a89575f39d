import { createMemo, createSignal, Show } from "solid-js";
import { useAttention } from "../api/attention";
import { createHostList, createPoolList } from "../api/lists";
import type { Listed } from "../api/paging";
import { getCommand } from "../base/commands";
import { matchesWords, withToken } from "../base/filter";
import { formatCount } from "../base/format";
import { KNEE } from "../base/level";
import { createQueryState, sortParam, textParam } from "../base/query";
import { poolKindWords } from "../base/words";
import { type Host, HostState } from "../gen/berthmaster/v1/host_pb";
import { DataTable } from "../widgets/DataTable";
import { Facts } from "../widgets/Facts";
import { FilterBox } from "../widgets/FilterBox";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { Select } from "../widgets/Select";
import { AllWell, FirstRun } from "./FleetQuiet";
import { HostMap } from "./HostMap";
import { INCIDENT_COLUMNS } from "./incident_columns";
import { FLEET_POOL_COLUMNS, poolText } from "./pool_columns";
import { kindInFilter, POOL_FILTER_HINT, POOL_KINDS, readPoolFilter } from "./pool_query";

/** How many pools are listed at first; asking for more multiplies by ten. */
const POOLS_FIRST = 50;

const KIND_OPTIONS = [
  { value: "", label: "all kinds" },
  ...[...POOL_KINDS].map(([value, kind]) => ({ value, label: poolKindWords(kind).name })),
];

const NO_SORT = sortParam({ column: "", direction: "descending" });

/** What is running out in the whole fleet. */
export function FleetPage() {
  const hosts = createHostList();
  const { incidents } = useAttention();
  const open = () => incidents.value()?.items ?? [];
  const well = () =>
    incidents.value() !== undefined &&
    open().length === 0 &&
    (hosts.value()?.items.every((host) => (host.utilizationMax ?? 0) < KNEE) ?? false);
  return (
    <>
      <PageHead title="Fleet" command={getCommand("pools")} />
      <Loaded of={hosts} what="the hosts">
        {(listed) => (
          <Show when={listed().items.length > 0} fallback={<FirstRun />}>
            <FleetFigures hosts={listed()} />
            <Show when={well()}>
              <AllWell />
            </Show>
            <Show when={open().length > 0}>
              <Panel title="Open incidents" aside={<a href="/incidents">All incidents</a>}>
                <DataTable
                  label="Open incidents"
                  columns={INCIDENT_COLUMNS}
                  rows={open().slice(0, 8)}
                  empty=""
                />
              </Panel>
            </Show>
            <Panel title="Hosts by the utilization of their worst pool">
              <HostMap hosts={listed().items} />
            </Panel>
            <NearestPools />
          </Show>
        )}
      </Loaded>
    </>
  );
}

function FleetFigures(props: { hosts: Listed<Host> }) {
  const attention = useAttention();
  const inState = (state: HostState) =>
    props.hosts.items.filter((host) => host.state === state).length;
  const waiting = (listed: Listed<unknown> | undefined) =>
    listed ? formatCount(listed.items.length) + (listed.more ? "+" : "") : "…";
  return (
    <Facts
      as="figures"
      facts={[
        { label: "hosts attached", value: formatCount(inState(HostState.ATTACHED)) },
        {
          label: "hosts unreachable",
          value: (
            <span classList={{ "tone-warning": inState(HostState.UNREACHABLE) > 0 }}>
              {formatCount(inState(HostState.UNREACHABLE))}
            </span>
          ),
        },
        {
          label: "open incidents",
          value: (
            <a
              href="/incidents"
              title="silenced ones are not counted"
              classList={{ "tone-critical": (attention.incidents.value()?.items.length ?? 0) > 0 }}
            >
              {waiting(attention.incidents.value())}
            </a>
          ),
        },
        {
          label: "pending recommendations",
          value: <a href="/recommendations">{waiting(attention.recommendations.value())}</a>,
        },
      ]}
    />
  );
}

function NearestPools() {
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [sort, setSort] = createQueryState("sort", NO_SORT);
  const [limit, setLimit] = createSignal(POOLS_FIRST);
  const read = createMemo(() => readPoolFilter(filter(), limit()));
  const pools = createPoolList(() => read().query);
  return (
    <Panel
      title="Pools nearest to exhaustion"
      aside={
        <>
          <Select
            label="Kind of pool"
            options={KIND_OPTIONS}
            value={kindInFilter(filter())}
            onChoose={(kind) => setFilter(withToken(filter(), "kind", kind))}
          />
          <FilterBox
            label="Filter the pools"
            hint={POOL_FILTER_HINT}
            value={filter()}
            onInput={setFilter}
          />
        </>
      }
    >
      <Loaded of={pools} what="the pools">
        {(listed) => (
          <>
            <DataTable
              label="Pools nearest to exhaustion"
              columns={FLEET_POOL_COLUMNS}
              rows={listed().items.filter((pool) => matchesWords(read().words, poolText(pool)))}
              empty="No pool matches."
              sort={sort()}
              onSort={setSort}
            />
            <Show when={listed().more}>
              <p class="more">
                The {formatCount(listed().items.length)} pools of the highest utilization.{" "}
                <button type="button" onClick={() => setLimit(limit() * 10)}>
                  Read up to {formatCount(limit() * 10)}
                </button>
              </p>
            </Show>
            <Show when={listed().unreachable.length > 0}>
              <p class="note note-warning">
                Not current, because the host is not heard from: {listed().unreachable.join(", ")}
              </p>
            </Show>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
