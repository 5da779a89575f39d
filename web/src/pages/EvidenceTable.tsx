import { For, Show } from "solid-js";
import type { Evidence } from "../gen/berthmaster/v1/incident_pb";

/** The facts that speak for a verdict, the strongest first. */
export function EvidenceTable(props: { evidence: readonly Evidence[]; label: string }) {
  return (
    <Show
      when={props.evidence.length > 0}
      fallback={<p class="empty">The server gave no evidence.</p>}
    >
      <table class="data evidence">
        <caption class="sr-only">{props.label}</caption>
        <tbody>
          <For each={props.evidence}>
            {(item) => (
              <tr>
                <th scope="row">{item.fact}</th>
                <td class="figure">{item.value}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </Show>
  );
}
