import type { PoolQuery } from "../api/lists";
import { parseFilter } from "../base/filter";
import { PoolKind } from "../gen/berthmaster/v1/pool_pb";

const KEYS = ["host", "destination", "port", "kind", "min"];

/** What to type into the filter of the pools. */
export const POOL_FILTER_HINT =
  "Filter: host=web-1 destination=10.0.0.2 port=443 kind=connect min=50%";

/** A filter over pools: what the server narrows by, and the words that are looked for in the rest. */
export interface PoolFilterText {
  query: PoolQuery;
  words: string[];
}

/** Reads a filter over pools; a token that makes no sense narrows nothing. */
export function readPoolFilter(text: string, limit: number): PoolFilterText {
  const { tokens, words } = parseFilter(text, KEYS);
  const host = tokens.get("host") ?? "";
  const query: PoolQuery = {
    host: host === "" || host.startsWith("hosts/") ? host : `hosts/${host}`,
    destinationAddress: tokens.get("destination") ?? "",
    destinationPort: portOf(tokens.get("port")),
    kind: kindOf(tokens.get("kind")),
    utilizationMin: ratioOf(tokens.get("min")),
    limit,
  };
  return { query, words };
}

function portOf(text: string | undefined): number {
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65536 ? port : 0;
}

/** The kinds of pool that kind= knows, each as it is typed. */
export const POOL_KINDS: ReadonlyMap<string, PoolKind> = new Map([
  ["connect", PoolKind.CONNECT],
  ["bind", PoolKind.BIND],
  ["udp", PoolKind.UDP],
  ["snat", PoolKind.SNAT],
  ["listener", PoolKind.LISTENER],
  ["time-wait-table", PoolKind.TIME_WAIT_TABLE],
  ["conntrack-table", PoolKind.CONNTRACK_TABLE],
]);

/** The kind in a filter as it is typed; empty when it narrows to none. */
export function kindInFilter(text: string): string {
  const kind = parseFilter(text, KEYS).tokens.get("kind")?.toLowerCase() ?? "";
  return POOL_KINDS.has(kind) ? kind : "";
}

function kindOf(text: string | undefined): PoolKind {
  return POOL_KINDS.get(text?.toLowerCase() ?? "") ?? PoolKind.UNSPECIFIED;
}

// "50%", "50" and "0.5" are all meant as half; no pool is looked for by less than one percent.
function ratioOf(text: string | undefined): number {
  const value = Number(text?.replace(/%$/, ""));
  if (!Number.isFinite(value) || value <= 0) return 0;
  return Math.min(1, text?.endsWith("%") || value > 1 ? value / 100 : value);
}
