const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number with thousands separators: "28,232". */
export function formatCount(count: number | bigint): string {
  return grouped.format(count);
}

/** A ratio as a percentage: "87.4 %". Below 1 it is rounded down, so that 100 % always means full. */
export function formatPercent(ratio: number): string {
  if (ratio >= 1) return `${grouped.format(Math.round(ratio * 100))} %`;
  // The small addend undoes binary fractions such as 0.57 * 1000 = 569.99….
  return `${(Math.floor(ratio * 1000 + 1e-6) / 10).toFixed(1)} %`;
}

/** Events per second: "1,240 /s", "0.4 /s". */
export function formatRate(perSecond: number): string {
  return perSecond > 0 && perSecond < 10
    ? `${perSecond.toFixed(1)} /s`
    : `${grouped.format(Math.round(perSecond))} /s`;
}

/** A span of time with two units at most: "250ms", "1.2s", "42s", "3m 12s", "2h 05m", "3d 4h". */
export function formatDuration(millis: number): string {
  if (millis > 0 && millis < SECOND) return `${Math.max(1, Math.round(millis))}ms`;
  if (millis < 10 * SECOND && millis % SECOND >= 50) return `${(millis / SECOND).toFixed(1)}s`;
  return formatCountdown(millis);
}

/** A span of time in whole seconds, rounded down as a countdown is: "42s", "3m 12s". */
export function formatCountdown(millis: number): string {
  if (millis < MINUTE) return `${Math.floor(Math.max(0, millis) / SECOND)}s`;
  if (millis < HOUR) return pair(millis, MINUTE, "m", SECOND, "s");
  if (millis < DAY) return pair(millis, HOUR, "h", MINUTE, "m");
  return `${Math.floor(millis / DAY)}d ${Math.floor((millis % DAY) / HOUR)}h`;
}

function pair(millis: number, big: number, bigUnit: string, small: number, smallUnit: string) {
  const rest = Math.floor((millis % big) / small);
  return `${Math.floor(millis / big)}${bigUnit} ${String(rest).padStart(2, "0")}${smallUnit}`;
}

/** How long ago something was, in one unit: "now", "12s ago", "3m ago", "2h ago", "5d ago". */
export function formatAge(millis: number): string {
  if (millis < SECOND) return "now";
  if (millis < MINUTE) return `${Math.floor(millis / SECOND)}s ago`;
  if (millis < HOUR) return `${Math.floor(millis / MINUTE)}m ago`;
  if (millis < DAY) return `${Math.floor(millis / HOUR)}h ago`;
  return `${Math.floor(millis / DAY)}d ago`;
}

/** A moment in the reader's time zone, with its offset: "2026-11-22 22:13:04 +01:00". */
export function formatAbsolute(millis: number): string {
  const date = new Date(millis);
  const offset = -date.getTimezoneOffset();
  const local = new Date(millis + offset * MINUTE).toISOString();
  const sign = offset < 0 ? "-" : "+";
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${sign}${hours}:${minutes}`;
}

/** The time of day in the reader's time zone: "22:13:04". */
export function formatTimeOfDay(millis: number): string {
  return formatAbsolute(millis).slice(11, 19);
}
