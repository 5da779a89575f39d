import { type JSX, Show } from "solid-js";
import type { Watched } from "../api/watched";
import { ProblemNote } from "./ProblemNote";

interface LoadedProps<T> {
  of: Watched<T>;
  /** What is being read, for a person: "the hosts". */
  what: string;
  children: (value: () => T) => JSX.Element;
}

/** Shows a watched value once it is there, and what is wrong when it cannot be read. */
export function Loaded<T>(props: LoadedProps<T>) {
  return (
    <>
      <Show when={props.of.problem()}>
        {(problem) => (
          <>
            <ProblemNote problem={problem()} />
            <Show when={props.of.value() !== undefined}>
              <p class="muted">Below is what was last read of {props.what}.</p>
            </Show>
          </>
        )}
      </Show>
      <Show
        when={props.of.value() !== undefined}
        fallback={
          <Show when={!props.of.problem()}>
            <p class="muted">Reading {props.what}…</p>
          </Show>
        }
      >
        {props.children(() => props.of.value() as T)}
      </Show>
    </>
  );
}
