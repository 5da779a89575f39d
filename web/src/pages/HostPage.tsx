import { createMemo, For, Show } from "solid-js";
import { createIncidentList, createNetnsList, createPoolList, UNRESOLVED } from "../api/lists";
import { createHost } from "../api/resources";
import { describeCommand } from "../base/commands";
import { idOf } from "../base/names";
import { createQueryState, idsParam } from "../base/query";
import { capabilityWord, hostStateWord, profileWord, worstUtilization } from "../base/words";
import type { Host, Netns } from "../gen/berthmaster/v1/host_pb";
import { type Pool, PoolKind } from "../gen/berthmaster/v1/pool_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { DataTable } from "../widgets/DataTable";
import { Facts } from "../widgets/Facts";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { INCIDENT_COLUMNS } from "./incident_columns";
import { NetnsItem } from "./NetnsItem";

/** Pools of one host are read up to here; more are found with a filter on the Fleet page. */
const POOLS_MAX = 2000;

/** Up to this many namespaces are unfolded when the URL says nothing. */
const UNFOLDED_MAX = 3;

/** One host: its agent, its namespaces and their pools. */
export function HostPage(props: { name: string }) {
  const host = createHost(() => props.name);
  const incidents = createIncidentList(() => ({ states: UNRESOLVED, host: props.name, pool: "" }));
  return (
    <>
      <PageHead
        title={idOf(props.name)}
        trail={[{ label: "Hosts", path: "/hosts" }]}
        command={describeCommand("host", props.name)}
      >
        <Show when={host.value()}>{(found) => <Badge word={hostStateWord(found().state)} />}</Show>
      </PageHead>
      <Loaded of={host} what="the host">
        {(found) => <HostFacts host={found()} />}
      </Loaded>
      <Show when={incidents.value()?.items.length}>
        <Panel title="Open incidents">
          <DataTable
            label="Open incidents of this host"
            columns={INCIDENT_COLUMNS.filter((column) => column.id !== "host")}
            rows={incidents.value()?.items ?? []}
            empty=""
          />
        </Panel>
      </Show>
      <Namespaces host={props.name} />
    </>
  );
}

function HostFacts(props: { host: Host }) {
  const identity = () => props.host.identity;
  return (
    <>
      <Facts
        as="figures"
        facts={[
          { label: "last sample", value: <Ago time={props.host.sampleTime} /> },
          { label: "attached", value: <Ago time={props.host.attachTime} /> },
          { label: "profile", value: profileWord(identity()?.profile).label },
          { label: "kernel", value: identity()?.kernelRelease },
          { label: "agent", value: identity()?.agentVersion },
          { label: "host name", value: identity()?.hostName },
        ]}
      />
      <Show when={identity()?.capabilities.length}>
        <p class="panel-text muted">
          The agent {identity()?.capabilities.map(capabilityWord).join(", ")}.
        </p>
      </Show>
      <Show when={identity()?.limitations.length}>
        <div class="note note-warning">
          <p>What the agent cannot see or do here:</p>
          <ul>
            <For each={identity()?.limitations}>{(limitation) => <li>{limitation}</li>}</For>
          </ul>
        </div>
      </Show>
    </>
  );
}

function Namespaces(props: { host: string }) {
  const namespaces = createNetnsList(() => props.host);
  const pools = createPoolList(() => ({
    host: props.host,
    destinationAddress: "",
    destinationPort: 0,
    kind: PoolKind.UNSPECIFIED,
    utilizationMin: 0,
    limit: POOLS_MAX,
  }));
  const [open, setOpen] = createQueryState("open", idsParam);
  const byNetns = createMemo(() => poolsByNetns(pools.value()?.items ?? []));
  const ordered = createMemo(() => worstFirst(namespaces.value()?.items ?? [], byNetns()));
  const unfolded = () =>
    open() ??
    ordered()
      .slice(0, ordered().length <= UNFOLDED_MAX ? UNFOLDED_MAX : 1)
      .map((netns) => idOf(netns.name));
  const toggle = (id: string) =>
    setOpen(
      unfolded().includes(id) ? unfolded().filter((other) => other !== id) : [...unfolded(), id],
    );
  return (
    <Loaded of={namespaces} what="the namespaces">
      {() => (
        <Panel title={`${ordered().length} netns`}>
          <Show when={ordered().length > 0} fallback={<p class="empty">No netns is reported.</p>}>
            <For each={ordered()}>
              {(netns) => (
                <NetnsItem
                  netns={netns}
                  pools={byNetns().get(netns.name) ?? []}
                  open={unfolded().includes(idOf(netns.name))}
                  onToggle={() => toggle(idOf(netns.name))}
                />
              )}
            </For>
          </Show>
          <Show when={pools.value()?.more}>
            <p class="note note-warning">
              Only the {POOLS_MAX} pools of the highest utilization are listed here.
            </p>
          </Show>
        </Panel>
      )}
    </Loaded>
  );
}

function poolsByNetns(pools: readonly Pool[]): Map<string, Pool[]> {
  const groups = new Map<string, Pool[]>();
  for (const pool of pools) {
    const group = groups.get(pool.netns);
    if (group) group.push(pool);
    else groups.set(pool.netns, [pool]);
  }
  return groups;
}

/** Namespaces by the utilization of their worst pool, then by label. */
export function worstFirst(namespaces: readonly Netns[], pools: Map<string, Pool[]>): Netns[] {
  const worst = (netns: Netns) => worstUtilization(pools.get(netns.name) ?? []) ?? -1;
  return namespaces
    .map((netns) => ({ netns, utilization: worst(netns) }))
    .sort((a, b) => b.utilization - a.utilization || (a.netns.label < b.netns.label ? -1 : 1))
    .map(({ netns }) => netns);
}
