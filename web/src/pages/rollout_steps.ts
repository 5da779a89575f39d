import { RolloutState } from "../gen/berthmaster/v1/rollout_pb";

/** One step of a rollout on the screen. */
export interface RolloutStep {
  label: string;
  text: string;
  status: "done" | "current" | "ahead" | "failed";
}

/** The way of a rollout that goes well: what a step means while it lasts, and once it is over. */
const FORWARD = [
  {
    state: RolloutState.APPROVED,
    label: "APPROVED",
    text: "waits for the agent",
    past: "the decision is recorded",
  },
  {
    state: RolloutState.CANARY,
    label: "CANARY",
    text: "the agent writes the first target",
    past: "the agent wrote and read back",
  },
  {
    state: RolloutState.SOAKING,
    label: "SOAKING",
    text: "the next samples have to show it",
    past: "the samples showed it",
  },
  {
    state: RolloutState.CONFIRMED,
    label: "CONFIRMED",
    text: "stays until it is reverted",
    past: "stays until it is reverted",
  },
];

const APPROVED: RolloutStep = {
  label: "APPROVED",
  text: "the decision is recorded",
  status: "done",
};

/** The steps of a rollout in a state: only what is known to have happened, and what comes next. */
export function rolloutSteps(state: RolloutState): RolloutStep[] {
  switch (state) {
    case RolloutState.FAILED:
      return [APPROVED, { label: "FAILED", text: "nothing of it is in force", status: "failed" }];
    case RolloutState.REVERTING:
      return [
        APPROVED,
        { label: "REVERTING", text: "prior values are being put back", status: "current" },
        { label: "REVERTED", text: "prior values in force", status: "ahead" },
      ];
    case RolloutState.REVERTED:
      return [
        APPROVED,
        { label: "REVERTING", text: "prior values were put back", status: "done" },
        { label: "REVERTED", text: "prior values in force", status: "done" },
      ];
    default:
      return forwardSteps(state);
  }
}

function forwardSteps(state: RolloutState): RolloutStep[] {
  const at = FORWARD.findIndex((step) => step.state === state);
  return FORWARD.map(({ label, text, past }, index) => {
    // CONFIRMED is an end, not something that goes on.
    const over = index < at || (index === at && state === RolloutState.CONFIRMED);
    return {
      label,
      text: over ? past : text,
      status: over ? "done" : index === at ? "current" : "ahead",
    };
  });
}

/** Whether a rollout in this state can be reverted. */
export function canRevert(state: RolloutState): boolean {
  return (
    state === RolloutState.APPROVED ||
    state === RolloutState.CANARY ||
    state === RolloutState.SOAKING ||
    state === RolloutState.CONFIRMED
  );
}
