import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { durationOf } from "../base/time";
import { PoolSchema } from "../gen/berthmaster/v1/pool_pb";
import { curvePoints, tableRows } from "./what_if_series";

const pool = (inUse: number[]) =>
  create(PoolSchema, {
    forecast: inUse.map((count, index) => ({ offset: durationOf(index * 60_000), inUse: count })),
  });

test("a curve fills the width in three minutes", () => {
  expect(curvePoints(pool([0, 50, 100, 100]), 100, 600, 200)).toBe(
    "0.0,200.0 200.0,100.0 400.0,0.0 600.0,0.0",
  );
});

test("the table says both curves, and nothing after their end", () => {
  expect(tableRows(pool([10, 20]), pool([10]))).toEqual([
    { seconds: 0, before: 10, after: 10 },
    { seconds: 10, before: 20, after: undefined },
    { seconds: 30, before: 20, after: undefined },
    { seconds: 60, before: 20, after: undefined },
    { seconds: 120, before: undefined, after: undefined },
    { seconds: 180, before: undefined, after: undefined },
  ]);
});
