import { createMemo, For, Show } from "solid-js";
import { formatCount, formatPercent } from "../base/format";
import { LEVELS, type Level, levelOf, toneOfLevel } from "../base/level";
import { idOf, pathOf } from "../base/names";
import { hostStateWord } from "../base/words";
import { type Host, HostState } from "../gen/berthmaster/v1/host_pb";
import { Mark } from "../widgets/Mark";

/** More cells than this are not read by anybody; the rest is summed up in a line. */
const CELLS_MAX = 240;

/** What a host without a utilization shows: it has no pool, or no sample yet. */
const NO_FIGURE = "none";

/** Up to this many hosts the cells carry the host's id too. */
const NAMED_MAX = 80;

/** The hosts of a map: all by name, or of too many those nearest to exhaustion. */
export function mapHosts(hosts: readonly Host[], max = CELLS_MAX): readonly Host[] {
  if (hosts.length <= max) return hosts;
  const worstFirst = [...hosts].sort((a, b) => (b.utilizationMax ?? -1) - (a.utilizationMax ?? -1));
  return worstFirst.slice(0, max);
}

/** How many hosts are at each level. */
export function countLevels(hosts: readonly Host[]): Map<Level, number> {
  const counts = new Map<Level, number>();
  for (const host of hosts) {
    const level = levelOf(host.utilizationMax);
    counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  return counts;
}

/** The hosts of the fleet as cells, each with the utilization of its worst pool. */
export function HostMap(props: { hosts: readonly Host[] }) {
  const shown = createMemo(() => mapHosts(props.hosts));
  const counts = createMemo(() => countLevels(props.hosts));
  const hidden = () => props.hosts.length - shown().length;
  const silent = () => props.hosts.filter((host) => host.state !== HostState.ATTACHED).length;
  const sick = () => props.hosts.filter((host) => host.openIncidentCount > 0).length;
  return (
    <>
      <ul class="map" classList={{ "map-named": props.hosts.length <= NAMED_MAX }}>
        <For each={shown()}>{(host) => <Cell host={host} />}</For>
      </ul>
      <p class="map-key">
        <For each={LEVELS}>
          {({ level, label }) => (
            <Show when={counts().get(level)}>
              {(count) => (
                <span>
                  <Mark tone={toneOfLevel(level)} /> {formatCount(count())} {label}
                </span>
              )}
            </Show>
          )}
        </For>
        <Show when={sick() > 0}>
          <span>
            <span class="key-cell cell-sick" /> {formatCount(sick())} with an open incident
          </span>
        </Show>
        <Show when={silent() > 0}>
          <span>
            <span class="key-cell cell-silent" /> {formatCount(silent())} not heard from: last known
          </span>
        </Show>
        <Show when={hidden() > 0}>
          <a href="/hosts?sort=-utilization">
            {formatCount(hidden())} hosts with more headroom are not drawn
          </a>
        </Show>
      </p>
    </>
  );
}

function Cell(props: { host: Host }) {
  const level = () => levelOf(props.host.utilizationMax);
  const figure = () =>
    props.host.utilizationMax === undefined
      ? NO_FIGURE
      : formatPercent(props.host.utilizationMax).replace(/\.\d/, "");
  const silent = () => props.host.state !== HostState.ATTACHED;
  const sick = () => props.host.openIncidentCount > 0;
  const tone = () => {
    if (sick()) return "critical";
    return silent() ? "muted" : toneOfLevel(level());
  };
  const label = () =>
    `worst utilization ${figure()}, ${hostStateWord(props.host.state).label}` +
    (sick() ? `, ${props.host.openIncidentCount} open incidents` : "");
  return (
    <li>
      <a
        class={`cell level-${level()}`}
        classList={{ "cell-silent": silent(), "cell-sick": sick() }}
        href={pathOf(props.host.name)}
        title={`${idOf(props.host.name)}: ${label()}`}
      >
        <span class="cell-name">{idOf(props.host.name)}</span>
        <span class="cell-figure">
          <Mark tone={tone()} />
          {figure()}
        </span>
        <span class="sr-only">{label()}</span>
      </a>
    </li>
  );
}
