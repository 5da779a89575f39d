import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { withToken } from "../base/filter";
import { poolKindWords, worstUtilization } from "../base/words";
import { HostSchema, NetnsSchema } from "../gen/berthmaster/v1/host_pb";
import { PoolKind, PoolSchema } from "../gen/berthmaster/v1/pool_pb";
import { sortRows } from "../widgets/DataTable";
import { countLevels, mapHosts } from "./HostMap";
import { timeWaitCapacity } from "./NetnsItem";
import { kindInFilter, POOL_KINDS, readPoolFilter } from "./pool_query";

const host = (id: string, utilizationMax?: number) =>
  create(HostSchema, {
    name: `hosts/${id}`,
    ...(utilizationMax === undefined ? {} : { utilizationMax }),
  });

test("a sort puts rows without a value last, whatever its direction", () => {
  const hosts = [host("a", 0.2), host("b"), host("c", 0.9)];
  const columns = [
    { id: "u", title: "", cell: () => "", sortBy: (row: (typeof hosts)[0]) => row.utilizationMax },
  ];
  const order = (direction: "ascending" | "descending") =>
    sortRows(hosts, columns, { column: "u", direction }).map((row) => row.name.slice(-1));
  expect(order("ascending")).toEqual(["a", "c", "b"]);
  expect(order("descending")).toEqual(["c", "a", "b"]);
  expect(sortRows(hosts, columns, undefined)).toBe(hosts);
});

test("of too many hosts the map draws those nearest to exhaustion", () => {
  const hosts = [host("a", 0.2), host("b"), host("c", 0.9)];
  expect(mapHosts(hosts, 2).map((one) => one.name)).toEqual(["hosts/c", "hosts/a"]);
  expect(mapHosts(hosts, 3)).toBe(hosts);
  expect([...countLevels(hosts)]).toEqual([
    ["calm", 1],
    ["unknown", 1],
    ["high", 1],
  ]);
});

test("a pool filter becomes a query, and nonsense narrows nothing", () => {
  const { query, words } = readPoolFilter("host=web-1 port=443 kind=connect min=50% blue", 50);
  expect(query).toEqual({
    host: "hosts/web-1",
    destinationAddress: "",
    destinationPort: 443,
    kind: PoolKind.CONNECT,
    utilizationMin: 0.5,
    limit: 50,
  });
  expect(words).toEqual(["blue"]);
  expect(readPoolFilter("port=99999 kind=x min=-1", 50).query).toMatchObject({
    destinationPort: 0,
    kind: PoolKind.UNSPECIFIED,
    utilizationMin: 0,
  });
});

test("an unreadable tcp_max_tw_buckets is unknown, not zero", () => {
  const netns = (sysctls: Record<string, string>) => create(NetnsSchema, { sysctls });
  expect(timeWaitCapacity(netns({}))).toBeUndefined();
  expect(timeWaitCapacity(netns({ "net.ipv4.tcp_max_tw_buckets": "" }))).toBeUndefined();
  expect(timeWaitCapacity(netns({ "net.ipv4.tcp_max_tw_buckets": "16384" }))).toBe(16384);
});

test("every kind of pool can be filtered by and has words", () => {
  const kinds = Object.values(PoolKind).filter((kind) => typeof kind === "number" && kind > 0);
  expect([...POOL_KINDS.values()].sort()).toEqual(kinds.sort());
  for (const [typed, kind] of POOL_KINDS) {
    expect(readPoolFilter(`kind=${typed}`, 50).query.kind).toBe(kind);
    expect(kindInFilter(`kind=${typed.toUpperCase()} blue`)).toBe(typed);
    expect(poolKindWords(kind).text).toContain("Runs out as");
  }
  expect(kindInFilter("kind=x")).toBe("");
});

test("choosing a kind changes only that token of the filter", () => {
  expect(withToken("blue kind=udp host=a", "kind", "snat")).toBe("blue host=a kind=snat");
  expect(withToken("kind=udp blue", "kind", "")).toBe("blue");
});

test("a full accept queue is not the worst pool", () => {
  const pool = (kind: PoolKind, utilization: number) => create(PoolSchema, { kind, utilization });
  expect(worstUtilization([pool(PoolKind.LISTENER, 1), pool(PoolKind.BIND, 0.2)])).toBe(0.2);
  expect(worstUtilization([pool(PoolKind.LISTENER, 1)])).toBeUndefined();
});
