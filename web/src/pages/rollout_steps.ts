import { waveName } from "../base/rollout_words";
import { type Rollout, RolloutState } from "../gen/berthmaster/v1/rollout_pb";

/** One step of a rollout on the screen. */
export interface RolloutStep {
  label: string;
  text: string;
  status: "done" | "current" | "ahead" | "failed";
}

type Progress = Pick<Rollout, "state" | "wave" | "waveCount">;

const APPROVED: RolloutStep = {
  label: "APPROVED",
  text: "the decision is recorded",
  status: "done",
};

/** The steps of a rollout: only what is known to have happened, and what comes next. */
export function rolloutSteps(rollout: Progress): RolloutStep[] {
  switch (rollout.state) {
    case RolloutState.FAILED:
      return [APPROVED, { label: "FAILED", text: "nothing of it is in force", status: "failed" }];
    case RolloutState.REVERTING:
      return [
        APPROVED,
        stoppedIn(rollout),
        { label: "REVERTING", text: "prior values are being put back", status: "current" },
        { label: "REVERTED", text: "prior values in force", status: "ahead" },
      ];
    case RolloutState.REVERTED:
      return [
        APPROVED,
        stoppedIn(rollout),
        { label: "REVERTING", text: "prior values were put back", status: "done" },
        { label: "REVERTED", text: "prior values in force", status: "done" },
      ];
    default:
      return forwardSteps(rollout);
  }
}

function stoppedIn(rollout: Progress): RolloutStep {
  const name = waveName(rollout.wave, rollout.waveCount);
  return { label: name.toUpperCase(), text: "as far as it came", status: "done" };
}

// What a step means before, while it lasts, and once it is over.
interface Way {
  label: string;
  ahead: string;
  now: string;
  past: string;
}

function forwardSteps(rollout: Progress): RolloutStep[] {
  const ways = [
    {
      label: "APPROVED",
      ahead: "",
      now: "waits for the agent",
      past: "the decision is recorded",
    },
    {
      label: "CANARY",
      ahead: "the agent writes the first targets",
      now: isSoaking(rollout) ? "soaks: samples have to show it" : "the agents write and read back",
      past: "held",
    },
    ...(rollout.waveCount > 1 ? [wavesOf(rollout)] : []),
    {
      label: "CONFIRMED",
      ahead: "stays until it is reverted",
      now: "stays until it is reverted",
      past: "stays until it is reverted",
    },
  ];
  const at = placeOf(rollout, ways.length);
  return ways.map((way, index) => stepOf(way, index - at));
}

function stepOf(way: Way, distance: number): RolloutStep {
  if (distance < 0) return { label: way.label, text: way.past, status: "done" };
  return distance === 0
    ? { label: way.label, text: way.now, status: "current" }
    : { label: way.label, text: way.ahead, status: "ahead" };
}

function wavesOf(rollout: Progress): Way {
  const name = waveName(rollout.wave, rollout.waveCount);
  const count = rollout.waveCount - 1;
  return {
    label: "WAVES",
    ahead: count === 1 ? "one wave after the canary" : `${count} waves after the canary`,
    now: isSoaking(rollout) ? `${name} soaks` : `${name} is being written`,
    past: `all ${rollout.waveCount} held`,
  };
}

function isSoaking(rollout: Progress): boolean {
  return rollout.state === RolloutState.SOAKING;
}

// CONFIRMED is an end, not something that goes on: then every step is over.
function placeOf(rollout: Progress, count: number): number {
  switch (rollout.state) {
    case RolloutState.APPROVED:
      return 0;
    case RolloutState.CANARY:
      return 1;
    case RolloutState.WAVE:
      return 2;
    case RolloutState.SOAKING:
      return rollout.wave === 0 ? 1 : 2;
    case RolloutState.CONFIRMED:
      return count;
    default:
      // A state from a later version: nothing is claimed of it.
      return -1;
  }
}
