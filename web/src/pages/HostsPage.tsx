import { createMemo, Show } from "solid-js";
import { createHostList } from "../api/lists";
import { getCommand } from "../base/commands";
import { matchesWords, parseFilter } from "../base/filter";
import { formatCount } from "../base/format";
import { idOf, pathOf } from "../base/names";
import { choiceParam, createQueryState, sortParam, textParam } from "../base/query";
import { millisOf } from "../base/time";
import { hostStateWord, profileWord } from "../base/words";
import { type Host, HostState } from "../gen/berthmaster/v1/host_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Choice } from "../widgets/Choice";
import { type Column, DataTable } from "../widgets/DataTable";
import { FilterBox } from "../widgets/FilterBox";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { Utilization } from "../widgets/Utilization";

const STATES = ["all", "attached", "detached", "unreachable"] as const;

const STATE_OPTIONS = STATES.map((value) => ({ value, label: value }));

const COLUMNS: readonly Column<Host>[] = [
  {
    id: "host",
    title: "Host",
    cell: (host) => <a href={pathOf(host.name)}>{idOf(host.name)}</a>,
    sortBy: (host) => host.name,
  },
  {
    id: "state",
    title: "State",
    cell: (host) => <Badge word={hostStateWord(host.state)} />,
    sortBy: (host) => host.state,
  },
  {
    id: "utilization",
    title: "Worst utilization",
    cell: (host) => (
      <Show
        when={host.utilizationMax !== undefined || !host.sampleTime}
        fallback={<span class="muted">no pool</span>}
      >
        <Utilization value={host.utilizationMax} why="no sample is committed yet" />
      </Show>
    ),
    sortBy: (host) => host.utilizationMax,
  },
  {
    id: "headroom",
    title: "Headroom there",
    figure: true,
    cell: (host) => (host.headroomMin === undefined ? "–" : formatCount(host.headroomMin)),
    sortBy: (host) => host.headroomMin,
  },
  {
    id: "incidents",
    title: "Open incidents",
    figure: true,
    cell: (host) => (
      <span classList={{ "tone-critical": host.openIncidentCount > 0 }}>
        {formatCount(host.openIncidentCount)}
      </span>
    ),
    sortBy: (host) => host.openIncidentCount,
  },
  {
    id: "netns",
    title: "Netns",
    figure: true,
    cell: (host) => formatCount(host.netnsCount),
    sortBy: (host) => host.netnsCount,
  },
  {
    id: "pools",
    title: "Pools",
    figure: true,
    cell: (host) => formatCount(host.poolCount),
    sortBy: (host) => host.poolCount,
  },
  {
    id: "profile",
    title: "Profile",
    cell: (host) => profileWord(host.identity?.profile).label,
    sortBy: (host) => host.identity?.profile,
  },
  {
    id: "kernel",
    title: "Kernel",
    cell: (host) => host.identity?.kernelRelease,
    sortBy: (host) => host.identity?.kernelRelease,
  },
  {
    id: "sample",
    title: "Last sample",
    figure: true,
    cell: (host) => <Ago time={host.sampleTime} why="no sample is committed yet" />,
    sortBy: (host) => millisOf(host.sampleTime),
  },
];

function inState(host: Host, state: (typeof STATES)[number]): boolean {
  return state === "all" || HostState[host.state]?.toLowerCase() === state;
}

function hostText(host: Host): string {
  return `${host.name} ${host.identity?.hostName} ${host.identity?.kernelRelease}`;
}

/** All hosts whose agents ever attached. */
export function HostsPage() {
  const hosts = createHostList();
  const [filter, setFilter] = createQueryState("filter", textParam);
  const [state, setState] = createQueryState("state", choiceParam(STATES));
  const [sort, setSort] = createQueryState(
    "sort",
    sortParam({ column: "host", direction: "ascending" }),
  );
  const words = createMemo(() => parseFilter(filter(), []).words);
  // Made once per change of the data, so that a letter typed costs no walk through 10,000 hosts' fields.
  const indexed = createMemo(() =>
    (hosts.value()?.items ?? []).map((host) => ({ host, text: hostText(host) })),
  );
  const shown = createMemo(() =>
    indexed()
      .filter(({ host, text }) => inState(host, state()) && matchesWords(words(), text))
      .map(({ host }) => host),
  );
  return (
    <>
      <PageHead title="Hosts" command={getCommand("hosts")} />
      <Panel
        title={`${formatCount(shown().length)} of ${formatCount(hosts.value()?.items.length ?? 0)} hosts`}
        aside={
          <>
            <Choice label="State" options={STATE_OPTIONS} value={state()} onChoose={setState} />
            <FilterBox
              label="Filter the hosts"
              hint="Filter: name or kernel"
              value={filter()}
              onInput={setFilter}
            />
          </>
        }
      >
        <Loaded of={hosts} what="the hosts">
          {() => (
            <DataTable
              label="Hosts"
              columns={COLUMNS}
              rows={shown()}
              empty="No host matches."
              sort={sort()}
              onSort={setSort}
            />
          )}
        </Loaded>
      </Panel>
    </>
  );
}
