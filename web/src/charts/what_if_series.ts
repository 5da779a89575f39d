import { durationMillisOf } from "../base/time";
import type { Pool } from "../gen/berthmaster/v1/pool_pb";

/** How far the curves go, in milliseconds. */
export const WHAT_IF_SPAN = 180_000;

/** The table says the curves at these moments, in seconds. */
const ROWS = [0, 10, 30, 60, 120, 180];

/** A forecast as the points of an SVG polyline; `top` is at the upper edge. */
export function curvePoints(pool: Pool, top: number, width: number, height: number): string {
  return pool.forecast
    .map((point) => {
      const x = ((durationMillisOf(point.offset) ?? 0) / WHAT_IF_SPAN) * width;
      return `${x.toFixed(1)},${(height - (point.inUse / top) * height).toFixed(1)}`;
    })
    .join(" ");
}

/** What both curves say at a few moments; undefined where a curve has ended. */
export function tableRows(before: Pool, after: Pool) {
  const at = (pool: Pool, seconds: number) =>
    pool.forecast.find((point) => (durationMillisOf(point.offset) ?? 0) >= seconds * 1000)?.inUse;
  return ROWS.map((seconds) => ({
    seconds,
    before: at(before, seconds),
    after: at(after, seconds),
  }));
}
