import { describe, expect, test } from "vitest";
import { formatEndpoint, hostNameOf, netnsPathOf, pathOf, poolTitle, poolTitleOf } from "./names";
import { routeOf } from "./routes";

const POOL = "hosts/web-1.example.com/netns/4711/pools/fe80::1-2001:db8::2-443";

test("a pool's path leads back to its name", () => {
  expect(pathOf(POOL)).toBe(`/pools/${POOL}`);
  expect(routeOf(pathOf(POOL))).toEqual({ page: "pool", name: POOL });
});

test.each([
  ["hosts/web-1.example.com", "host"],
  ["incidents/01J", "incident"],
  ["recommendations/r", "recommendation"],
  ["rollouts/o", "rollout"],
])("the path of %s leads back to it", (name, page) => {
  expect(routeOf(pathOf(name))).toEqual({ page, name });
});

describe("routeOf", () => {
  test("knows the main pages", () => {
    expect(routeOf("/")).toEqual({ page: "fleet" });
    expect(routeOf("/hosts/")).toEqual({ page: "hosts" });
  });

  test.each(["/nothing", "/hosts/a/b", "/pools/x", "/%zz", "/constructor"])(
    "%s is missing",
    (path) => {
      expect(routeOf(path)).toEqual({ page: "missing" });
    },
  );
});

test("names of what stands above", () => {
  expect(hostNameOf(POOL)).toBe("hosts/web-1.example.com");
  expect(netnsPathOf("hosts/a/netns/4711")).toBe("/hosts/a?open=4711");
});

test("titles of pools", () => {
  const key = { sourceAddress: "10.0.0.1", destinationAddress: "10.0.0.2", destinationPort: 80 };
  expect(poolTitle(key)).toBe("10.0.0.1 → 10.0.0.2:80");
  expect(poolTitleOf(POOL)).toBe("fe80::1 → [2001:db8::2]:443");
  expect(poolTitleOf("hosts/a/netns/1/pools/time-wait-table")).toBe("TIME_WAIT table");
  expect(formatEndpoint("::1", 80)).toBe("[::1]:80");
});
