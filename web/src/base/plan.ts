import type { RolloutPlan, WaveSize } from "../gen/berthmaster/v1/recommendation_pb";
import { formatDuration } from "./format";
import { durationMillisOf } from "./time";

/** How long a target can be made to soak, in milliseconds: a day. */
export const SOAK_MAX = 24 * 3_600_000;

/** The waves of a plan that names none. */
const DEFAULT_WAVES = "10 %, 50 %";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** The size of one wave: "10 %", "5 targets". */
export function waveSizeText(wave: WaveSize): string {
  switch (wave.size.case) {
    case "percent":
      return `${wave.size.value} %`;
    case "count":
      return wave.size.value === 1 ? "1 target" : `${wave.size.value} targets`;
    default:
      return "unknown";
  }
}

/** The waves of a plan in words: "a canary of 2, then 10 %, 50 %, then the rest". */
export function wavesText(plan: RolloutPlan): string {
  const waves = plan.waves.map(waveSizeText).join(", ") || DEFAULT_WAVES;
  return `a canary of ${plan.canaryCount || 1}, then ${waves}, then the rest`;
}

/** How long a target soaks, in words. */
export function soakText(plan: RolloutPlan): string {
  const millis = durationMillisOf(plan.soak) ?? 0;
  return millis > 0 ? formatDuration(millis) : "the controller's default";
}

/** A wave's size as a request has it. */
export type WaveSizeInit = { size: { case: "count" | "percent"; value: number } };

/** Takes "10%, 50%, 20" apart; undefined when a part is no size. Empty text has no waves. */
export function parseWaves(text: string): WaveSizeInit[] | undefined {
  const waves: WaveSizeInit[] = [];
  for (const part of text.split(",").map((one) => one.trim())) {
    if (part === "") continue;
    const match = /^(\d{1,4}) ?(%?)$/.exec(part);
    const value = Number(match?.[1] ?? 0);
    const percent = match?.[2] === "%";
    if (!match || value < 1 || (percent && value > 100)) return undefined;
    waves.push({ size: { case: percent ? "percent" : "count", value } });
  }
  return waves;
}

/** Takes "90s", "10m" or "1h 30m" apart, into milliseconds; 0 for empty text, undefined for what is no time. */
export function parseSpan(text: string): number | undefined {
  const compact = text.replace(/\s+/g, "");
  if (!/^(\d{1,6}[smh])*$/.test(compact)) return undefined;
  let millis = 0;
  for (const [, count, unit] of compact.matchAll(/(\d+)([smh])/g)) {
    millis += Number(count) * (UNITS[unit ?? ""] ?? 0);
  }
  return millis;
}
