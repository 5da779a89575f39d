import { createUniqueId, For, Index } from "solid-js";
import type { Pair } from "../base/query";

interface PairRowsProps {
  rows: readonly Pair[];
  onChange(rows: Pair[]): void;
  /** What a name and a value are, for people: "Sysctl", "Value". */
  nameLabel: string;
  valueLabel: string;
  /** An example of a name and of a value. */
  nameHint: string;
  valueHint: string;
  /** Names to choose from; others can be typed. */
  names: readonly string[];
}

/** Rows of a name and a value to type, with an empty one at the end for another. */
export function PairRows(props: PairRowsProps) {
  const id = createUniqueId();
  const rows = () => [...props.rows, { name: "", value: "" }];
  const put = (index: number, change: Partial<Pair>) =>
    props.onChange(rows().map((row, at) => (at === index ? { ...row, ...change } : row)));
  return (
    <div class="pairs">
      <datalist id={id}>
        <For each={props.names}>{(name) => <option value={name} />}</For>
      </datalist>
      {/* By index and not by row, so that a field keeps its focus while it is typed into. */}
      <Index each={rows()}>
        {(row, index) => (
          <div class="pair">
            <input
              type="text"
              aria-label={`${props.nameLabel} ${index + 1}`}
              list={id}
              placeholder={props.nameHint}
              value={row().name}
              spellcheck={false}
              autocomplete="off"
              onInput={(event) => put(index, { name: event.currentTarget.value.trim() })}
            />
            <span aria-hidden="true">=</span>
            <input
              type="text"
              aria-label={`${props.valueLabel} ${index + 1}`}
              placeholder={props.valueHint}
              value={row().value}
              spellcheck={false}
              autocomplete="off"
              onInput={(event) => put(index, { value: event.currentTarget.value })}
            />
            <button
              type="button"
              disabled={index >= props.rows.length}
              onClick={() => props.onChange(props.rows.filter((_, at) => at !== index))}
            >
              Remove
              <span class="sr-only">
                {" "}
                {props.nameLabel} {index + 1}
              </span>
            </button>
          </div>
        )}
      </Index>
    </div>
  );
}
