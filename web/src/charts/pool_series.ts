import { durationMillisOf, millisOf } from "../base/time";
import type { Pool, PoolHistoryPoint } from "../gen/berthmaster/v1/pool_pb";

/** The curves of a pool chart over one axis of moments. null is a gap: nothing is known there. */
export interface PoolSeries {
  /** Seconds since 1970, rising. */
  times: number[];
  capacity: (number | null)[];
  inUse: (number | null)[];
  /** In use and not reusable: what the forecast goes on from. */
  held: (number | null)[];
  timeWait: (number | null)[];
  forecast: (number | null)[];
  /** Where the forecast is at the lower and the upper end of what the load may be. */
  forecastMin: (number | null)[];
  forecastMax: (number | null)[];
}

/** A gap this many times the usual spacing means that samples are missing. */
const GAP_FACTOR = 3;

/** Samples that are no further apart than this are never a gap, in seconds: intervals adapt to the load. */
const GAP_MIN = 35;

/** The forecast is drawn over at most this share of the chart, so that the past stays legible. */
const FORECAST_SHARE = 0.5;

/** Shapes a pool's history and forecast for drawing. `span` is the length of the past shown, in milliseconds. */
export function poolSeries(
  points: readonly PoolHistoryPoint[],
  pool: Pool | undefined,
  span: number,
): PoolSeries {
  const series = emptySeries();
  const gap = gapOf(points);
  let last: number | undefined;
  for (const point of points) {
    const time = (millisOf(point.sampleTime) ?? 0) / 1000;
    // Two samples at one moment would make the axis stand still.
    if (last !== undefined && time <= last) continue;
    if (last !== undefined && time - last > gap) pushGap(series, (last + time) / 2);
    series.times.push(time);
    series.capacity.push(point.capacity);
    series.inUse.push(point.inUse);
    series.held.push(point.inUse - point.reusable);
    series.timeWait.push(point.timeWait);
    pushForecast(series, null, null, null);
    last = time;
  }
  if (pool) appendForecast(series, pool, span);
  return series;
}

function emptySeries(): PoolSeries {
  return {
    times: [],
    capacity: [],
    inUse: [],
    held: [],
    timeWait: [],
    forecast: [],
    forecastMin: [],
    forecastMax: [],
  };
}

function pushForecast(
  series: PoolSeries,
  expected: number | null,
  min: number | null,
  max: number | null,
) {
  series.forecast.push(expected);
  series.forecastMin.push(min);
  series.forecastMax.push(max);
}

function gapOf(points: readonly PoolHistoryPoint[]): number {
  const steps: number[] = [];
  for (let index = 1; index < points.length; index++) {
    const before = millisOf(points[index - 1]?.sampleTime) ?? 0;
    steps.push(((millisOf(points[index]?.sampleTime) ?? 0) - before) / 1000);
  }
  steps.sort((a, b) => a - b);
  return Math.max(GAP_MIN, GAP_FACTOR * (steps[Math.floor(steps.length / 2)] ?? 0));
}

function pushGap(series: PoolSeries, time: number) {
  series.times.push(time);
  series.capacity.push(null);
  series.inUse.push(null);
  series.held.push(null);
  series.timeWait.push(null);
  pushForecast(series, null, null, null);
}

function appendForecast(series: PoolSeries, pool: Pool, span: number) {
  const start = millisOf(pool.sampleTime);
  if (start === undefined || pool.forecast.length === 0) return;
  const horizon = span * FORECAST_SHARE;
  const lastTime = series.times.at(-1);
  const lastIndex = series.times.length - 1;
  const lastHeld = series.held[lastIndex];
  // The two curves meet, so that the eye can follow from what was into what will be.
  if (lastHeld != null) {
    for (const curve of [series.forecast, series.forecastMin, series.forecastMax]) {
      curve[lastIndex] = lastHeld;
    }
  }
  for (const point of pool.forecast) {
    const offset = durationMillisOf(point.offset) ?? 0;
    const time = (start + offset) / 1000;
    if (offset > horizon || (lastTime !== undefined && time <= lastTime)) continue;
    series.times.push(time);
    series.capacity.push(pool.capacity);
    series.inUse.push(null);
    series.held.push(null);
    series.timeWait.push(null);
    // A server that knows no band leaves both ends at 0.
    const max = Math.max(point.inUse, point.inUseMax);
    const min = point.inUseMax > 0 ? Math.min(point.inUse, point.inUseMin) : point.inUse;
    pushForecast(series, point.inUse, min, max);
  }
}

/** The highest figure of all curves, at least 1; the top of the value axis. The band may leave it. */
export function highestOf(series: PoolSeries): number {
  let highest = 1;
  for (const curve of [series.capacity, series.inUse, series.forecast]) {
    for (const value of curve) if (value !== null && value > highest) highest = value;
  }
  return highest;
}

/** At most `max` indices of [0, count), evenly spread, always with the last one. */
export function spread(count: number, max: number): number[] {
  if (count <= max) return Array.from({ length: count }, (_, index) => index);
  const step = (count - 1) / (max - 1);
  return Array.from({ length: max }, (_, index) => Math.round(index * step));
}
