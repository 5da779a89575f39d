import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { durationOf, timestampAt } from "../base/time";
import { PoolHistoryPointSchema, PoolSchema } from "../gen/berthmaster/v1/pool_pb";
import { chartData } from "./draw";
import { highestOf, poolSeries, spread } from "./pool_series";
import { sumsOf } from "./ReleaseChart";

function point(seconds: number, inUse: number, reusable = 0) {
  return create(PoolHistoryPointSchema, {
    sampleTime: timestampAt(seconds * 1000),
    capacity: 400,
    inUse,
    reusable,
    timeWait: inUse,
  });
}

function poolAt(seconds: number, forecast: [offset: number, inUse: number, band?: number][]) {
  return create(PoolSchema, {
    sampleTime: timestampAt(seconds * 1000),
    capacity: 400,
    forecast: forecast.map(([offset, inUse, band = 0]) => ({
      offset: durationOf(offset * 1000),
      inUse,
      inUseMin: inUse - band,
      inUseMax: inUse + band,
    })),
  });
}

describe("poolSeries", () => {
  test("shapes history and goes on with the forecast where it ends", () => {
    const pool = poolAt(10, [
      [0, 80],
      [5, 120],
      [10, 160],
    ]);
    const series = poolSeries([point(5, 50), point(10, 100, 20)], pool, 300_000);
    expect(series.times).toEqual([5, 10, 15, 20]);
    expect(series.inUse).toEqual([50, 100, null, null]);
    expect(series.held).toEqual([50, 80, null, null]);
    expect(series.forecast).toEqual([null, 80, 120, 160]);
    expect(series.capacity).toEqual([400, 400, 400, 400]);
  });

  test("opens the band where the past ends", () => {
    const pool = poolAt(10, [
      [0, 100],
      [5, 120, 8],
      [10, 160, 20],
    ]);
    const series = poolSeries([point(5, 50), point(10, 100)], pool, 300_000);
    expect(series.forecastMin).toEqual([null, 100, 112, 140]);
    expect(series.forecastMax).toEqual([null, 100, 128, 180]);
    // The axes and curves in the order of draw.ts.
    expect(chartData(series)).toHaveLength(8);
  });

  test("has no band from a server that knows none", () => {
    const pool = create(PoolSchema, {
      sampleTime: timestampAt(0),
      capacity: 400,
      forecast: [{ offset: durationOf(5000), inUse: 120 }],
    });
    const series = poolSeries([], pool, 300_000);
    expect([series.forecastMin, series.forecastMax]).toEqual([[120], [120]]);
  });

  test("draws no line over missing samples", () => {
    const points = [point(0, 1), point(10, 1), point(20, 1), point(200, 1), point(210, 1)];
    const series = poolSeries(points, undefined, 300_000);
    expect(series.times).toEqual([0, 10, 20, 110, 200, 210]);
    expect(series.inUse[3]).toBeNull();
    expect(series.capacity[3]).toBeNull();
  });

  test("leaves out what would make the axis go back", () => {
    const series = poolSeries([point(5, 1), point(5, 2), point(4, 3)], undefined, 1000);
    expect(series.times).toEqual([5]);
  });

  test("draws the forecast over half of the span at most", () => {
    const series = poolSeries(
      [point(0, 1)],
      poolAt(0, [
        [10, 5],
        [40, 9],
      ]),
      60_000,
    );
    expect(series.times).toEqual([0, 10]);
  });

  test("is empty without samples", () => {
    expect(poolSeries([], undefined, 1000).times).toEqual([]);
  });
});

test("the value axis reaches over capacity and forecast", () => {
  expect(highestOf(poolSeries([point(0, 1)], poolAt(0, [[5, 561]]), 60_000))).toBe(561);
  expect(highestOf(poolSeries([], undefined, 1000))).toBe(1);
});

test("a long series is thinned evenly and keeps both ends", () => {
  expect(spread(3, 30)).toEqual([0, 1, 2]);
  expect(spread(101, 5)).toEqual([0, 25, 50, 75, 100]);
});

test("releases are summed up with the rest at the end", () => {
  expect(sumsOf([1, 2, 3, 4, 5], 2)).toEqual([
    { from: 0, sum: 3 },
    { from: 2, sum: 7 },
    { from: 4, sum: 5 },
  ]);
});
