import { describe, expect, test, vi } from "vitest";
import { BACKOFF_MAX, backoffDelay } from "./backoff";
import { actionCommand, describeCommand } from "./commands";
import { matchesWords, parseFilter } from "./filter";
import { createKeyHandler } from "./keys";
import { levelOf } from "./level";
import { newRequestId } from "./request_id";
import { shellWord } from "./shell";
import { durationMillisOf, millisOf, timestampAt } from "./time";
import { visibleRows } from "./visible_rows";

describe("backoffDelay", () => {
  test("doubles up to the maximum, with half of it random", () => {
    expect(backoffDelay(0, () => 0)).toBe(250);
    expect(backoffDelay(0, () => 1)).toBe(500);
    expect(backoffDelay(3, () => 1)).toBe(4000);
    expect(backoffDelay(1000, () => 1)).toBe(BACKOFF_MAX);
    expect(backoffDelay(1000, () => 0)).toBe(BACKOFF_MAX / 2);
  });
});

describe("parseFilter", () => {
  test("takes known tokens and leaves the rest as words", () => {
    const parsed = parseFilter("host=web-1  Blue port= zone=a", ["host", "port"]);
    expect([...parsed.tokens]).toEqual([["host", "web-1"]]);
    expect(parsed.words).toEqual(["blue", "zone=a"]);
  });

  test("every word has to be there", () => {
    expect(matchesWords(["web", "blue"], "hosts/WEB-1 blue")).toBe(true);
    expect(matchesWords(["web", "green"], "hosts/web-1 blue")).toBe(false);
    expect(matchesWords([], "")).toBe(true);
  });
});

describe("createKeyHandler", () => {
  function press(handler: (event: KeyboardEvent) => void, key: string, target?: Element) {
    const event = new KeyboardEvent("keydown", { key, cancelable: true });
    if (target) Object.defineProperty(event, "target", { value: target });
    handler(event);
    return event;
  }

  test("acts on a key and on a sequence, and only then takes the key", () => {
    const help = vi.fn();
    const hosts = vi.fn();
    const handler = createKeyHandler({ "?": help, "g h": hosts }, () => true);
    expect(press(handler, "?").defaultPrevented).toBe(true);
    expect(press(handler, "g").defaultPrevented).toBe(false);
    press(handler, "h");
    press(handler, "h");
    expect(help).toHaveBeenCalledTimes(1);
    expect(hosts).toHaveBeenCalledTimes(1);
  });

  test("leaves what is typed into a field alone, and everything when turned off", () => {
    const help = vi.fn();
    press(
      createKeyHandler({ "?": help }, () => true),
      "?",
      document.createElement("input"),
    );
    press(
      createKeyHandler({ "?": help }, () => false),
      "?",
    );
    expect(help).not.toHaveBeenCalled();
  });
});

test("levels of utilization", () => {
  expect([undefined, 0, 0.4999, 0.5, 0.8, 0.9999, 1, 1.4].map(levelOf)).toEqual([
    "unknown",
    "calm",
    "calm",
    "knee",
    "high",
    "high",
    "exhausted",
    "exhausted",
  ]);
});

describe("newRequestId", () => {
  const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  test("is a version 4 UUID, also where randomUUID is missing", () => {
    const bare = { getRandomValues: crypto.getRandomValues.bind(crypto) } as unknown as Crypto;
    expect(newRequestId()).toMatch(UUID4);
    expect(newRequestId(bare)).toMatch(UUID4);
    expect(newRequestId(bare)).not.toBe(newRequestId(bare));
  });
});

test("commands are safe to paste", () => {
  expect(describeCommand("host", "hosts/web-1")).toBe("berthctl describe host hosts/web-1");
  expect(actionCommand("ack", "incidents/i")).toBe("berthctl ack incidents/i");
  expect(actionCommand("approve", "recommendations/r")).toBe(
    'berthctl approve recommendations/r --reason "…"',
  );
  expect(shellWord("a'b; rm")).toBe("'a'\\''b; rm'");
});

test("timestamps beyond 2^31 keep their milliseconds", () => {
  const millis = 4_102_444_800_250;
  const timestamp = { ...timestampAt(millis), $typeName: "google.protobuf.Timestamp" as const };
  expect(timestamp.seconds).toBe(4_102_444_800n);
  expect(millisOf(timestamp)).toBe(millis);
  expect(millisOf(undefined)).toBeUndefined();
  expect(durationMillisOf(undefined)).toBeUndefined();
});

describe("visibleRows", () => {
  test("draws the rows in the window and a few around", () => {
    expect(visibleRows(33 * 1000, 330, 33, 10_000)).toEqual({ start: 988, end: 1022 });
  });

  test("stays within the table", () => {
    expect(visibleRows(-500, 300, 33, 5)).toEqual({ start: 0, end: 5 });
    expect(visibleRows(1e7, 300, 33, 100)).toEqual({ start: 100, end: 100 });
  });
});
