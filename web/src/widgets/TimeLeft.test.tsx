import { create } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { render } from "solid-js/web";
import { expect, test } from "vitest";
import { serverNow } from "../base/clock";
import { durationOf, timestampAt } from "../base/time";
import { TimeLeft } from "./TimeLeft";

/** What is shown for a forecast made `age` ms ago that said `left` ms. */
function shown(left: number | undefined, age: number, settled: number | undefined): string {
  const root = document.createElement("div");
  const from = create(TimestampSchema, timestampAt(serverNow() - age));
  const dispose = render(
    () => (
      <TimeLeft
        left={left === undefined ? undefined : create(DurationSchema, durationOf(left))}
        from={from}
        settled={settled}
      />
    ),
    root,
  );
  const text = root.textContent ?? "";
  dispose();
  return text;
}

test("counts down from the sample, not from when the page was opened", () => {
  expect(shown(192_500, 0, 1.4)).toMatch(/^3m 1[0-3]s$/);
  expect(shown(192_500, 60_000, 1.4)).toMatch(/^2m 1[0-3]s$/);
});

test("says exhausted only when the server does", () => {
  expect(shown(0, 0, 1.4)).toBe("exhausted now");
  expect(shown(10_000, 73_000, 1.4)).toBe("due 1m ago");
});

test("tells a forecast that does not reach the capacity from none at all", () => {
  expect(shown(undefined, 0, 0.7)).toBe("not reached");
  expect(shown(undefined, 0, undefined)).toMatch(/^unknown: there is no forecast yet/);
});
