import { createMemo, For, Show } from "solid-js";
import { formatCount } from "../base/format";
import { formatEndpoint } from "../base/names";
import { findingWords } from "../base/words";
import type { ConnectFailure, Netns, PoolRemainder } from "../gen/berthmaster/v1/host_pb";

/** What is worth saying of a namespace and is no pool: findings, failures, the rest, counters. */
export function NetnsNotes(props: { netns: Netns }) {
  return (
    <>
      <Show when={props.netns.findings.length > 0}>
        <div class="note note-warning">
          <p>Findings:</p>
          <ul>
            <For each={props.netns.findings}>
              {(finding) => (
                <li>
                  <strong>{findingWords(finding).name}</strong> on{" "}
                  <code>{formatEndpoint(finding.address, finding.port)}</code>:{" "}
                  {findingWords(finding).text}
                </li>
              )}
            </For>
          </ul>
        </div>
      </Show>
      <Show when={props.netns.connectFailures.length > 0}>
        <div class="note note-critical">
          <p>connect() found no port since the sample before:</p>
          <ul>
            <For each={props.netns.connectFailures}>
              {(failure) => <li>{failureText(failure)}</li>}
            </For>
          </ul>
        </div>
      </Show>
      <Show when={props.netns.remainder}>
        {(remainder) => <p class="note">{remainderText(remainder())}</p>}
      </Show>
      <Counters netns={props.netns} />
    </>
  );
}

function failureText(failure: ConnectFailure): string {
  const to = formatEndpoint(failure.destinationAddress, failure.destinationPort);
  const count = formatCount(failure.failureCount);
  return `${count} times: ${ownerText(failure)}, ${failure.sourceAddress} → ${to}`;
}

/** A process, or a cgroup where the process is not known: "nginx (pid 4711) in /system.slice". */
export function ownerText(owner: { process: string; pid: number; cgroup: string }): string {
  const parts = [
    owner.process,
    owner.pid > 0 ? `(pid ${owner.pid})` : "",
    owner.cgroup === "" ? "" : `in ${owner.cgroup}`,
  ];
  return parts.filter((part) => part !== "").join(" ") || "unknown: the agent did not see who";
}

function remainderText(remainder: PoolRemainder): string {
  const count = `${remainder.lowerBound ? "At least " : ""}${formatCount(remainder.poolCount)}`;
  const sockets = formatCount(remainder.inUse);
  const reusable = formatCount(remainder.reusable);
  return `${count} smaller connect pools are not listed: ${sockets} sockets, ${reusable} of them reusable.`;
}

function Counters(props: { netns: Netns }) {
  const counters = createMemo(() =>
    Object.entries(props.netns.counters).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  return (
    <Show when={counters().length > 0}>
      <table class="data">
        <caption>Kernel counters that rose since the sample before</caption>
        <tbody>
          <For each={counters()}>
            {([name, rise]) => (
              <tr>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td class="figure">+{formatCount(rise)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  );
}
