import { For } from "solid-js";
import type { Tone } from "../base/words";
import type { Rollout } from "../gen/berthmaster/v1/rollout_pb";
import { Mark } from "../widgets/Mark";
import { type RolloutStep, rolloutSteps } from "./rollout_steps";

const STEP_TONES: Record<RolloutStep["status"], Tone> = {
  done: "calm",
  current: "busy",
  ahead: "muted",
  failed: "critical",
};

const STEP_WORDS: Record<RolloutStep["status"], string> = {
  done: "done",
  current: "now",
  ahead: "to come",
  failed: "ended here",
};

/** How far a rollout is, as a row of steps. */
export function RolloutSteps(props: { rollout: Rollout }) {
  return (
    <ol class="steps">
      <For each={rolloutSteps(props.rollout)}>
        {(step) => (
          <li
            class={`step step-${step.status}`}
            aria-current={step.status === "current" ? "step" : undefined}
          >
            <Mark tone={STEP_TONES[step.status]} />
            <strong>{step.label}</strong>
            <span class="muted">{step.text}</span>
            <span class="sr-only">({STEP_WORDS[step.status]})</span>
          </li>
        )}
      </For>
    </ol>
  );
}
