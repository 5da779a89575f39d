import {
  ApplyState,
  type Rollout,
  RolloutState,
  TargetState,
} from "../gen/berthmaster/v1/rollout_pb";
import { UNKNOWN, type Word } from "./words";

/** The word for a rollout's state. */
export function rolloutStateWord(state: RolloutState): Word {
  switch (state) {
    case RolloutState.APPROVED:
      return { label: "APPROVED", tone: "busy" };
    case RolloutState.CANARY:
      return { label: "CANARY", tone: "busy" };
    case RolloutState.WAVE:
      return { label: "WAVE", tone: "busy" };
    case RolloutState.SOAKING:
      return { label: "SOAKING", tone: "busy" };
    case RolloutState.CONFIRMED:
      return { label: "CONFIRMED", tone: "calm" };
    case RolloutState.REVERTING:
      return { label: "REVERTING", tone: "warning" };
    case RolloutState.REVERTED:
      return { label: "REVERTED", tone: "muted" };
    case RolloutState.FAILED:
      return { label: "FAILED", tone: "critical" };
    default:
      return UNKNOWN;
  }
}

/** The word for how far one sysctl of a target is. */
export function applyStateWord(state: ApplyState): Word {
  switch (state) {
    case ApplyState.PENDING:
      return { label: "PENDING", tone: "busy" };
    case ApplyState.APPLIED:
      return { label: "APPLIED", tone: "calm" };
    case ApplyState.REFUSED:
      return { label: "REFUSED", tone: "critical" };
    case ApplyState.FAILED:
      return { label: "FAILED", tone: "critical" };
    case ApplyState.REVERTED:
      return { label: "REVERTED", tone: "muted" };
    case ApplyState.DRIFTED:
      return { label: "DRIFTED", tone: "warning" };
    default:
      return UNKNOWN;
  }
}

/** The word for how far a target is. */
export function targetStateWord(state: TargetState): Word {
  switch (state) {
    case TargetState.WAITING:
      return { label: "WAITING", tone: "muted" };
    case TargetState.SENT:
      return { label: "SENT", tone: "busy" };
    case TargetState.SOAKING:
      return { label: "SOAKING", tone: "busy" };
    case TargetState.HOLDING:
      return { label: "HOLDING", tone: "calm" };
    case TargetState.AWAY:
      return { label: "AWAY", tone: "warning" };
    case TargetState.FAILED:
      return { label: "FAILED", tone: "critical" };
    case TargetState.REVERTING:
      return { label: "REVERTING", tone: "warning" };
    case TargetState.REVERTED:
      return { label: "REVERTED", tone: "muted" };
    case TargetState.GONE:
      return { label: "GONE", tone: "muted" };
    default:
      return UNKNOWN;
  }
}

/** What targets can be filtered by: the groups in which the server counts them. */
export const TARGET_GROUPS = [
  "all",
  "waiting",
  "applying",
  "holding",
  "failed",
  "reverted",
  "gone",
] as const;

/** A group of targets. */
export type TargetGroup = (typeof TARGET_GROUPS)[number];

const GROUP_OF = new Map<TargetState, TargetGroup>([
  [TargetState.WAITING, "waiting"],
  [TargetState.AWAY, "waiting"],
  [TargetState.SENT, "applying"],
  [TargetState.SOAKING, "applying"],
  [TargetState.HOLDING, "holding"],
  [TargetState.FAILED, "failed"],
  [TargetState.REVERTING, "failed"],
  [TargetState.REVERTED, "reverted"],
  [TargetState.GONE, "gone"],
]);

/** Whether a target in this state belongs to the group. */
export function isInGroup(state: TargetState, group: TargetGroup): boolean {
  return group === "all" || GROUP_OF.get(state) === group;
}

/** What a wave is called: "canary", "wave 2 of 4". The first one is number 0. */
export function waveName(wave: number, waveCount: number): string {
  return wave === 0 ? "canary" : `wave ${wave + 1} of ${waveCount}`;
}

const IN_PROGRESS = [
  RolloutState.APPROVED,
  RolloutState.CANARY,
  RolloutState.WAVE,
  RolloutState.SOAKING,
];

/** Whether a rollout in this state is on its way and not confirmed yet. */
export function isInProgress(state: RolloutState): boolean {
  return IN_PROGRESS.includes(state);
}

/** What a person can do to a rollout. */
export type RolloutVerb = "pause" | "resume" | "promote" | "abort" | "revert";

/** Why a rollout as it is now cannot be paused, promoted and so on; empty when it can. */
export function whyNot(
  verb: RolloutVerb,
  rollout: Pick<Rollout, "state" | "pause" | "wave" | "waveCount">,
): string {
  const state = rolloutStateWord(rollout.state).label;
  if (verb === "revert") {
    if (rollout.state === RolloutState.CONFIRMED) return "";
    return isInProgress(rollout.state) ? "it is not confirmed yet: abort it" : `it is ${state}`;
  }
  if (rollout.state === RolloutState.CONFIRMED && verb === "abort") {
    return "it is confirmed: revert it";
  }
  if (!isInProgress(rollout.state)) return `it is ${state}`;
  switch (verb) {
    case "pause":
      return rollout.pause ? "it is paused already" : "";
    case "resume":
      return rollout.pause ? "" : "it is not paused";
    case "promote":
      if (rollout.pause) return "it is paused: resume it first";
      return rollout.state === RolloutState.SOAKING ? "" : "no wave soaks now";
    default:
      return "";
  }
}
