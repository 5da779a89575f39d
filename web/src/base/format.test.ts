import { describe, expect, test } from "vitest";
import {
  formatAbsolute,
  formatAge,
  formatCount,
  formatCountdown,
  formatDuration,
  formatPercent,
  formatRate,
} from "./format";

describe("formatPercent", () => {
  test.each([
    [0, "0.0 %"],
    [0.57, "57.0 %"],
    [0.8749, "87.4 %"],
    [0.99996, "99.9 %"],
    [1, "100 %"],
    [1.404, "140 %"],
    [23.5, "2,350 %"],
  ])("%d is %s", (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text);
  });
});

describe("formatDuration", () => {
  test.each([
    [0, "0s"],
    [0.4, "1ms"],
    [250, "250ms"],
    [1200, "1.2s"],
    [9000, "9s"],
    [42_900, "42s"],
    [192_000, "3m 12s"],
    [7_500_000, "2h 05m"],
    [273_600_000, "3d 4h"],
  ])("%d ms is %s", (millis, text) => {
    expect(formatDuration(millis)).toBe(text);
  });
});

test("a countdown rounds down and stops at zero", () => {
  expect(formatCountdown(59_999)).toBe("59s");
  expect(formatCountdown(-5000)).toBe("0s");
});

test("an age has one unit", () => {
  expect(formatAge(400)).toBe("now");
  expect(formatAge(65_000)).toBe("1m ago");
  expect(formatAge(50 * 3_600_000)).toBe("2d ago");
});

test("counts take int64 as bigint", () => {
  expect(formatCount(28232)).toBe("28,232");
  expect(formatCount(9007199254740993n)).toBe("9,007,199,254,740,993");
});

test("small rates keep a digit", () => {
  expect(formatRate(0.44)).toBe("0.4 /s");
  expect(formatRate(1240.4)).toBe("1,240 /s");
  expect(formatRate(0)).toBe("0 /s");
});

test("an absolute time names its offset and reads back as the same moment", () => {
  const millis = Date.UTC(2026, 10, 22, 22, 13, 4);
  const text = formatAbsolute(millis);
  expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
  expect(Date.parse(text.replace(" ", "T").replace(" ", ""))).toBe(millis);
});
