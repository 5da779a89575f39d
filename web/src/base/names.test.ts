import { describe, expect, test } from "vitest";
import { formatEndpoint, hostNameOf, netnsPathOf, pathOf, poolTitleOf } from "./names";
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

test.each([
  ["fe80::1-2001:db8::2-443", "fe80::1 → [2001:db8::2]:443"],
  ["time-wait-table", "TIME_WAIT table"],
  ["bind-0.0.0.0", "bind() on 0.0.0.0"],
  ["udp-::1", "UDP on ::1"],
  ["snat-udp-203.0.113.1-10.0.0.2-53", "SNAT udp 203.0.113.1 → 10.0.0.2:53"],
  ["conntrack-table", "conntrack table"],
  ["listen-::-80", "listener [::]:80"],
  ["arp-eth0", "arp-eth0"],
])("the title of pool %s is %s", (id, title) => {
  expect(poolTitleOf(`hosts/a/netns/1/pools/${id}`)).toBe(title);
});

test("an IPv6 address stands in brackets before its port", () => {
  expect(formatEndpoint("::1", 80)).toBe("[::1]:80");
});
