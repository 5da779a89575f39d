import { createMemo, For, Show } from "solid-js";
import { formatCount } from "../base/format";
import { hostNameOf, idOf } from "../base/names";
import { proposePath } from "../base/routes";
import { sourceWord, worstUtilization } from "../base/words";
import type { Netns } from "../gen/berthmaster/v1/host_pb";
import type { Pool } from "../gen/berthmaster/v1/pool_pb";
import { Ago } from "../widgets/Ago";
import { DataTable } from "../widgets/DataTable";
import { Facts } from "../widgets/Facts";
import { Fold } from "../widgets/Fold";
import { Known } from "../widgets/Known";
import { Utilization } from "../widgets/Utilization";
import { NetnsNotes } from "./NetnsNotes";
import { NETNS_POOL_COLUMNS } from "./pool_columns";

interface NetnsItemProps {
  netns: Netns;
  pools: readonly Pool[];
  open: boolean;
  onToggle(): void;
}

const TABLE_SYSCTL = "net.ipv4.tcp_max_tw_buckets";

/** tcp_max_tw_buckets of a namespace; undefined when the agent could not read it. */
export function timeWaitCapacity(netns: Netns): number | undefined {
  const value = Number(netns.sysctls[TABLE_SYSCTL] || Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** One namespace of a host, to unfold. */
export function NetnsItem(props: NetnsItemProps) {
  const worst = () => worstUtilization(props.pools);
  return (
    <Fold
      open={props.open}
      onToggle={props.onToggle}
      summary={
        <>
          <span class="fold-label">{props.netns.label || idOf(props.netns.name)}</span>
          <span class="muted">inode {String(props.netns.inode)}</span>
          <Show when={worst() !== undefined}>
            <Utilization value={worst()} />
          </Show>
          <Show when={props.pools.length > 0} fallback={<span class="muted">no pool</span>}>
            <span class="muted">
              {props.pools.length === 1 ? "1 pool" : `${formatCount(props.pools.length)} pools`}
            </span>
          </Show>
        </>
      }
    >
      <NetnsBody netns={props.netns} pools={props.pools} />
    </Fold>
  );
}

function NetnsBody(props: { netns: Netns; pools: readonly Pool[] }) {
  const capacity = () => timeWaitCapacity(props.netns);
  const sysctls = createMemo(() =>
    Object.entries(props.netns.sysctls).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const labels = () => Object.entries(props.netns.labels).map(([key, value]) => `${key}=${value}`);
  return (
    <>
      <div class="columns columns-wide-left">
        <Facts
          as="rows"
          facts={[
            {
              label: "TIME_WAIT of tcp_max_tw_buckets",
              value: (
                <Known value={capacity()} why={`the agent could not read ${TABLE_SYSCTL}`}>
                  {(most) => (
                    <span class="beside">
                      {formatCount(props.netns.timeWait)} / {formatCount(most)}
                      <Utilization value={props.netns.timeWait / most} />
                    </span>
                  )}
                </Known>
              ),
            },
            {
              label: "closed without TIME_WAIT, table full",
              value: formatCount(props.netns.timeWaitOverflowCount),
            },
            { label: "TCP sockets in use", value: formatCount(props.netns.tcpInUse) },
            { label: "UDP sockets in use", value: formatCount(props.netns.udpInUse) },
            { label: "socket states from", value: sourceWord(props.netns.source) },
            {
              label: "listening ports in the range",
              value: props.netns.listeningPortsInRange.join(", ") || "none",
            },
            { label: "labels", value: labels().join(", ") || "none" },
            { label: "netns cookie", value: idOf(props.netns.name) },
            { label: "sample", value: <Ago time={props.netns.sampleTime} /> },
          ]}
        />
        <table class="data sysctls">
          <caption>sysctls in force</caption>
          <tbody>
            <For each={sysctls()}>
              {([name, value]) => (
                <tr>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td>
                    <Show when={value} fallback={<span class="muted">empty</span>}>
                      <code>{value}</code>
                    </Show>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={props.netns.label}>
        {(label) => (
          <p class="panel-text">
            <a href={proposePath({ host: idOf(hostNameOf(props.netns.name)), netns: label() })}>
              Propose a change here
            </a>
          </p>
        )}
      </Show>
      <NetnsNotes netns={props.netns} />
      <Show when={props.netns.limitations.length > 0}>
        <div class="note note-warning">
          <p>What could not be read here:</p>
          <ul>
            <For each={props.netns.limitations}>{(limitation) => <li>{limitation}</li>}</For>
          </ul>
        </div>
      </Show>
      <DataTable
        label={`Pools of ${props.netns.label}`}
        columns={NETNS_POOL_COLUMNS}
        rows={props.pools}
        empty="This netns has no pool: nothing connects from here."
      />
    </>
  );
}
