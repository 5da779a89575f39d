import { For, Show } from "solid-js";
import type { SysctlChange } from "../gen/berthmaster/v1/recommendation_pb";

/** The exact change of each sysctl: the value that has to be there, and the one that is written. */
export function SysctlDiff(props: { changes: readonly SysctlChange[] }) {
  return (
    <div class="diff">
      <For each={props.changes}>
        {(change) => (
          <div class="diff-sysctl">
            <code class="diff-name">{change.sysctl}</code>
            <del>
              <span class="diff-sign" aria-hidden="true">
                −
              </span>
              <Show
                when={change.expectedValue}
                fallback={<span>what each namespace has when it is sent</span>}
              >
                <code>{change.expectedValue}</code>
              </Show>
              <span class="diff-role">expected now</span>
            </del>
            <ins>
              <span class="diff-sign" aria-hidden="true">
                +
              </span>
              <code>{change.desiredValue}</code>
              <span class="diff-role">desired</span>
            </ins>
          </div>
        )}
      </For>
    </div>
  );
}
