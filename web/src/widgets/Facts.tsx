import { For, type JSX } from "solid-js";

/** One labelled value. */
export interface Fact {
  label: string;
  value: JSX.Element;
}

/** Labelled values, as a list of figures ("figures") or as rows ("rows"). */
export function Facts(props: { facts: Fact[]; as: "figures" | "rows" }) {
  return (
    <dl class={`facts facts-${props.as}`}>
      <For each={props.facts}>
        {(fact) => (
          <div>
            <dt>{fact.label}</dt>
            <dd>{fact.value}</dd>
          </div>
        )}
      </For>
    </dl>
  );
}
