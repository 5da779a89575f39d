import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createCoalescer } from "./coalesce";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("many triggers within a second make two runs: one at once, one after", async () => {
  const run = vi.fn(async () => {});
  const coalescer = createCoalescer(run);
  for (let count = 0; count < 50; count++) coalescer.trigger();
  await vi.advanceTimersByTimeAsync(10);
  for (let count = 0; count < 50; count++) coalescer.trigger();
  expect(run).toHaveBeenCalledTimes(1);

  await vi.advanceTimersByTimeAsync(989);
  expect(run).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);

  await vi.advanceTimersByTimeAsync(60_000);
  expect(run).toHaveBeenCalledTimes(2);
});

test("runs never overlap, and a slow one is run less often", async () => {
  let running = 0;
  const run = vi.fn(async () => {
    running++;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    running--;
  });
  const coalescer = createCoalescer(run);
  coalescer.trigger();
  await vi.advanceTimersByTimeAsync(500);
  coalescer.trigger();
  await vi.advanceTimersByTimeAsync(7499);
  expect(run).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(run).toHaveBeenCalledTimes(2);
});

test("a stopped coalescer runs nothing more", async () => {
  const run = vi.fn(async () => {});
  const coalescer = createCoalescer(run);
  coalescer.trigger();
  coalescer.trigger();
  coalescer.stop();
  coalescer.trigger();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(run).toHaveBeenCalledTimes(1);
});
