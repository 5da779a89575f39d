import type { Tone } from "./words";

/** How near to exhaustion a utilization is. */
export type Level = "unknown" | "calm" | "knee" | "high" | "exhausted";

/** From here on connect() searches both parities of the range and costs milliseconds. */
export const KNEE = 0.5;

/** From here on a burst of a few seconds can end in exhaustion. */
export const HIGH = 0.8;

/** Levels from the worst to the best, with the words for them. */
export const LEVELS: readonly { level: Level; label: string }[] = [
  { level: "exhausted", label: "exhausted" },
  { level: "high", label: "80 % and more" },
  { level: "knee", label: "past the knee, 50 to 80 %" },
  { level: "calm", label: "below 50 %" },
  { level: "unknown", label: "without a pool" },
];

/** The level of a utilization; unknown when there is none. */
export function levelOf(utilization: number | undefined): Level {
  if (utilization === undefined || Number.isNaN(utilization)) return "unknown";
  if (utilization >= 1) return "exhausted";
  if (utilization >= HIGH) return "high";
  return utilization >= KNEE ? "knee" : "calm";
}

const TONES: Record<Level, Tone> = {
  unknown: "muted",
  calm: "calm",
  knee: "busy",
  high: "warning",
  exhausted: "critical",
};

/** The tone of a level, for its mark. */
export function toneOfLevel(level: Level): Tone {
  return TONES[level];
}
