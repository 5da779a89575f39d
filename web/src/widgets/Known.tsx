import { type JSX, Show } from "solid-js";
import { Unknown } from "./Unknown";

interface KnownProps<T> {
  value: T | undefined;
  /** Why the value may be missing, for a person. */
  why: string;
  children: (value: T) => JSX.Element;
}

/** Shows a value, or "unknown" with the reason. */
export function Known<T>(props: KnownProps<T>) {
  return (
    <Show when={props.value !== undefined} fallback={<Unknown why={props.why} />}>
      {props.children(props.value as T)}
    </Show>
  );
}
