import { For } from "solid-js";

interface ChoiceProps<T extends string> {
  /** What is chosen, for assistive technology: "Time range". */
  label: string;
  options: readonly { value: T; label: string }[];
  value: T;
  onChoose(value: T): void;
}

/** A choice of few, all in sight. */
export function Choice<T extends string>(props: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend class="sr-only">{props.label}</legend>
      <For each={props.options}>
        {(option) => (
          <button
            type="button"
            aria-pressed={props.value === option.value}
            onClick={() => props.onChoose(option.value)}
          >
            {option.label}
          </button>
        )}
      </For>
    </fieldset>
  );
}
