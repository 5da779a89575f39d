import { For } from "solid-js";

interface SelectProps {
  /** What is chosen, for assistive technology: "Kind of pool". */
  label: string;
  options: readonly { value: string; label: string }[];
  value: string;
  onChoose(value: string): void;
}

/** A choice of many, one in sight. */
export function Select(props: SelectProps) {
  return (
    <select
      class="select"
      aria-label={props.label}
      onChange={(event) => props.onChoose(event.currentTarget.value)}
    >
      <For each={props.options}>
        {(option) => (
          <option value={option.value} selected={option.value === props.value}>
            {option.label}
          </option>
        )}
      </For>
    </select>
  );
}
