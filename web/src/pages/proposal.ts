import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ProposalText } from "../base/commands";
import { parseSpan, parseWaves, SOAK_MAX } from "../base/plan";
import {
  createQueryState,
  flagParam,
  type Pair,
  type Param,
  pairsParam,
  textParam,
} from "../base/query";
import { durationOf } from "../base/time";
import { numberParam } from "../base/what_if";
import type { ProposeChangeRequestSchema } from "../gen/berthmaster/v1/recommendation_pb";

/** The bounds of the contract. */
export const CANARY_MAX = 100;
export const FAILED_MAX = 1000;
export const REASON_LENGTH_MAX = 1000;

/** One part of a form: what it is now, and how to change it. */
export interface FormField<T> {
  get(): T;
  set(value: T): void;
}

function field<T>(key: string, param: Param<T>): FormField<T> {
  const [get, set] = createQueryState(key, param);
  return { get, set };
}

/** The form of a proposal, all of it in the URL. */
export function createProposalForm() {
  return {
    values: field<readonly Pair[]>("set", pairsParam),
    selector: field<readonly Pair[]>("where", pairsParam),
    canary: field("canary", numberParam(CANARY_MAX)),
    waves: field("waves", textParam),
    soak: field("soak", textParam),
    failed: field("failed", numberParam(FAILED_MAX)),
    follow: field("follow", flagParam),
    persist: field("persist", flagParam),
    pause: field("pause", flagParam),
    reason: field("reason", textParam),
  };
}

/** What a form says now. */
export function proposalOf(form: ReturnType<typeof createProposalForm>): ProposalText {
  return {
    values: form.values.get(),
    selector: form.selector.get(),
    canary: form.canary.get(),
    waves: form.waves.get(),
    soak: form.soak.get(),
    failed: form.failed.get(),
    follow: form.follow.get(),
    persist: form.persist.get(),
    pause: form.pause.get(),
    reason: form.reason.get().trim(),
  };
}

/** What is wrong with the waves as typed; empty when nothing is. */
export function wavesProblem(text: string): string {
  const waves = parseWaves(text);
  if (!waves) return "Sizes such as 10 or 25%, with commas between them.";
  return waves.length > 20 ? "At most 20 waves." : "";
}

/** What is wrong with the soak as typed; empty when nothing is. */
export function soakProblem(text: string): string {
  const millis = parseSpan(text);
  if (millis === undefined) return "A time such as 90s, 10m or 1h 30m.";
  return millis > SOAK_MAX ? "At most 24h." : "";
}

/** What a proposal still lacks before it can be checked; empty when it lacks nothing. */
export function lackOf(proposal: ProposalText): string {
  const whole = (rows: readonly Pair[]) =>
    rows.length > 0 && rows.every(({ name, value }) => name !== "" && value.trim() !== "");
  const twice = (rows: readonly Pair[]) =>
    rows.find(({ name }, at) => rows.findIndex((other) => other.name === name) !== at)?.name;
  if (!whole(proposal.values)) return "Say which sysctl is to have which value.";
  if (!whole(proposal.selector)) return "Say where: at least one label with its value.";
  const double = twice(proposal.values) ?? twice(proposal.selector);
  if (double !== undefined) return `${double} is there twice; each can have one value.`;
  if (wavesProblem(proposal.waves) || soakProblem(proposal.soak)) {
    return "Correct what is marked.";
  }
  return proposal.reason === "" ? "Say why: it is recorded." : "";
}

/** The request that a proposal without a lack makes. */
export function requestOf(
  proposal: ProposalText,
): MessageInitShape<typeof ProposeChangeRequestSchema> {
  const soak = parseSpan(proposal.soak) ?? 0;
  const record = (rows: readonly Pair[]) =>
    Object.fromEntries(rows.map(({ name, value }) => [name, value.trim()]));
  return {
    desiredValues: record(proposal.values),
    plan: {
      selector: record(proposal.selector),
      canaryCount: proposal.canary,
      waves: parseWaves(proposal.waves) ?? [],
      ...(soak > 0 ? { soak: durationOf(soak) } : {}),
      failedTargetsMax: proposal.failed,
      pauseAfterCanary: proposal.pause,
      persist: proposal.persist,
      follows: proposal.follow,
    },
    reason: proposal.reason,
  };
}
