import { createUniqueId, type JSX, Show } from "solid-js";

interface FieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  hint?: string;
  /** What is wrong with the value; empty when nothing is. */
  wrong?: string;
  /** Several lines instead of one. */
  lines?: number;
  type?: "text" | "number" | "datetime-local";
  min?: number;
  max?: number;
  maxLength?: number;
}

/** A field with its label above and what is wrong with its value below. */
export function Field(props: FieldProps): JSX.Element {
  const id = createUniqueId();
  const common = () => ({
    id,
    "aria-invalid": props.wrong ? ("true" as const) : undefined,
    "aria-describedby": props.wrong ? `${id}-wrong` : undefined,
    placeholder: props.hint,
    maxLength: props.maxLength,
  });
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <Show
        when={props.lines}
        fallback={
          <input
            {...common()}
            type={props.type ?? "text"}
            min={props.min}
            max={props.max}
            value={props.value}
            autocomplete="off"
            onInput={(event) => props.onInput(event.currentTarget.value)}
          />
        }
      >
        <textarea
          {...common()}
          rows={props.lines}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      </Show>
      <Show when={props.wrong}>
        <p id={`${id}-wrong`} class="tone-critical">
          {props.wrong}
        </p>
      </Show>
    </div>
  );
}
