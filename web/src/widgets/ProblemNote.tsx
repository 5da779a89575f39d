import { Show } from "solid-js";
import type { Problem } from "../api/errors";
import { nextStepOf } from "../base/next_steps";

/** Why a call failed: the server's text, its reason and the status code. */
export function ProblemNote(props: { problem: Problem | undefined }) {
  return (
    <Show when={props.problem}>
      {(problem) => (
        <div class="note note-critical" role="alert">
          <p>{problem().text}</p>
          <Show when={nextStepOf(problem().reason)}>{(step) => <p>{step()}</p>}</Show>
          <p class="muted">
            <code>{problem().reason || problem().code}</code>
            <Show when={problem().retryable}> · it is tried again by itself</Show>
          </p>
        </div>
      )}
    </Show>
  );
}
