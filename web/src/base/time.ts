import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";

/** A protobuf Timestamp as milliseconds since 1970, or undefined when it is absent. */
export function millisOf(timestamp: Timestamp | undefined): number | undefined {
  if (!timestamp) return undefined;
  return Number(timestamp.seconds) * 1000 + timestamp.nanos / 1e6;
}

/** A protobuf Duration in milliseconds, or undefined when it is absent. */
export function durationMillisOf(duration: Duration | undefined): number | undefined {
  if (!duration) return undefined;
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

/** Milliseconds since 1970 as a protobuf Timestamp init. */
export function timestampAt(millis: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(millis / 1000);
  return { seconds: BigInt(seconds), nanos: Math.round((millis - seconds * 1000) * 1e6) };
}

/** Milliseconds as a protobuf Duration init; not for negative ones. */
export function durationOf(millis: number): { seconds: bigint; nanos: number } {
  return timestampAt(millis);
}
