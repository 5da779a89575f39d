import { For, Show } from "solid-js";
import type { Decision } from "../gen/berthmaster/v1/recommendation_pb";
import { Ago } from "../widgets/Ago";

/** How many have approved of how many, and who: "1 of 2: ann". */
export function approvalsText(given: readonly Decision[], required: number): string {
  const who = given.map((one) => one.decider).join(", ");
  if (required === 0) return who === "" ? "none needed: by policy" : who;
  return `${given.length} of ${required}${who === "" ? "" : `: ${who}`}`;
}

/** Who approved, when and why. */
export function Approvals(props: { given: readonly Decision[] }) {
  return (
    <Show when={props.given.length > 0}>
      <ul class="approvals">
        <For each={props.given}>
          {(one) => (
            <li>
              <strong>{one.decider}</strong> approved{" "}
              <span class="muted">
                <Ago time={one.decideTime} />
              </span>
              : {one.reason}{" "}
              <code class="hash muted" title={`content ${one.contentSha256}`}>
                {one.contentSha256.slice(0, 8)}
              </code>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
