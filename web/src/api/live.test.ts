import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { serverNow } from "../base/clock";
import { timestampAt } from "../base/time";
import { EventKind, WatchEventsResponseSchema } from "../gen/berthmaster/v1/event_pb";
import { FakeNotices } from "../testing/fake_notices";
import { createLive, type Notice, SILENCE_MAX } from "./live";

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(Date.UTC(2026, 10, 22));
});
afterEach(() => vi.useRealTimers());

function start() {
  const server = new FakeNotices(Date.now);
  const watch = vi.fn(async function* (signal: AbortSignal) {
    for await (const notice of server.watch(signal)) {
      yield create(WatchEventsResponseSchema, notice);
    }
  });
  const live = createLive(watch, () => 1);
  const heard: Notice[] = [];
  live.subscribe((notice) => heard.push(notice));
  return { server, watch, live, heard };
}

test("opens one stream, and tells everything once it is there", async () => {
  const { server, live, heard } = start();
  expect(live.state()).toEqual({ kind: "connecting" });

  await vi.advanceTimersByTimeAsync(0);
  server.send(EventKind.HOST, "hosts/a");
  await vi.advanceTimersByTimeAsync(0);

  expect(server.count).toBe(1);
  expect(live.state()).toEqual({ kind: "live" });
  expect(heard).toEqual(["everything", { kind: EventKind.HOST, name: "hosts/a" }]);
  live.close();
});

test("waits with growing delays, then reconnects and tells everything again", async () => {
  const { server, watch, live, heard } = start();
  await vi.advanceTimersByTimeAsync(0);
  watch.mockImplementation(() => {
    throw new Error("connection refused");
  });
  server.cut();
  await vi.advanceTimersByTimeAsync(0);
  expect(live.state()).toEqual({ kind: "lost", retryTime: Date.now() + 500 });

  await vi.advanceTimersByTimeAsync(500);
  expect(live.state()).toEqual({ kind: "lost", retryTime: Date.now() + 1000 });
  watch.mockImplementation((signal) => server.watch(signal) as never);
  await vi.advanceTimersByTimeAsync(1000);

  expect(live.state()).toEqual({ kind: "live" });
  expect(heard).toEqual(["everything", "everything"]);
  expect(watch).toHaveBeenCalledTimes(3);
  live.close();
});

test("gives up a stream that is silent for too long", async () => {
  const { live } = start();
  await vi.advanceTimersByTimeAsync(SILENCE_MAX - 1);
  expect(live.state()).toEqual({ kind: "live" });
  await vi.advanceTimersByTimeAsync(1);
  expect(live.state().kind).toBe("lost");
  live.close();
});

test("tries at once when asked to", async () => {
  const { server, live } = start();
  await vi.advanceTimersByTimeAsync(0);
  server.cut();
  await vi.advanceTimersByTimeAsync(0);
  live.retryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(live.state()).toEqual({ kind: "live" });
  live.close();
});

test("opens nothing more once closed", async () => {
  const { server, watch, live } = start();
  await vi.advanceTimersByTimeAsync(0);
  live.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(server.count).toBe(0);
  expect(watch).toHaveBeenCalledTimes(1);
});

test("takes the server's time from heartbeats", async () => {
  const watch = async function* () {
    const eventTime = timestampAt(Date.now() + 90_000);
    yield create(WatchEventsResponseSchema, { kind: EventKind.HEARTBEAT, eventTime });
    await new Promise(() => {});
  };
  const live = createLive(watch);
  await vi.advanceTimersByTimeAsync(0);
  expect(serverNow()).toBe(Date.now() + 90_000);
  live.close();
});
