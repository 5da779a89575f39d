import type { Param } from "./query";

/** What a person changes about a pool in a what-if; 0 leaves it as it is. */
export interface WhatIfParameters {
  /** How many ports the local port range has, from its low end up. */
  rangeWidth: number;
  /** New connections per second, times this. */
  rateFactor: number;
  /** Connections that are kept open. */
  connectionPoolSize: number;
}

const PORT_MAX = 65535;

/** Parses "32768 60999"; undefined for anything else. */
export function parseRange(text: string): { low: number; high: number } | undefined {
  const [low, high, rest] = text.trim().split(/\s+/).map(Number);
  if (rest !== undefined || low === undefined || high === undefined) return undefined;
  if (!Number.isInteger(low) || !Number.isInteger(high) || low > high || high > PORT_MAX) {
    return undefined;
  }
  return { low, high };
}

/** The range of so many ports from `low` up, even in size, ending at 65535 at most. */
export function rangeOf(low: number, width: number): string {
  const high = Math.min(low + Math.max(2, width - (width % 2)) - 1, PORT_MAX);
  return `${low} ${high}`;
}

/** A number of a what-if in the URL; 0 is what is left out, and what makes no sense. */
export function numberParam(max: number): Param<number> {
  return {
    parse(text) {
      const value = Number(text);
      return Number.isFinite(value) && value > 0 ? Math.min(value, max) : 0;
    },
    print: (value) => (value === 0 ? undefined : String(value)),
  };
}
