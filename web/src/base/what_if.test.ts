import { describe, expect, test } from "vitest";
import { numberParam, parseRange, rangeOf } from "./what_if";

describe("a range", () => {
  test("is read as the kernel prints it", () => {
    expect(parseRange("32768\t60999")).toEqual({ low: 32768, high: 60999 });
    for (const text of ["", "1", "1 2 3", "a b", "5 4", "1 65536"]) {
      expect(parseRange(text), text).toBeUndefined();
    }
  });

  test("is even in size and ends with the last port", () => {
    expect(rangeOf(40000, 401)).toBe("40000 40399");
    expect(rangeOf(40000, 0)).toBe("40000 40001");
    expect(rangeOf(60000, 30000)).toBe("60000 65535");
  });
});

test("a number in the URL that makes no sense is none", () => {
  const param = numberParam(1000);
  expect(["2.5", "-1", "x", "5000", undefined].map((text) => param.parse(text))).toEqual([
    2.5, 0, 0, 1000, 0,
  ]);
  expect(param.print(0)).toBeUndefined();
  expect(param.print(2.5)).toBe("2.5");
});
