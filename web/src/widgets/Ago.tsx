import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { ticking } from "../base/clock";
import { formatAbsolute, formatAge } from "../base/format";
import { millisOf } from "../base/time";
import { Known } from "./Known";

/** How long ago something was, with the absolute time as its title. */
export function Ago(props: { time: Timestamp | undefined; why?: string }) {
  return (
    <Known value={millisOf(props.time)} why={props.why ?? "it has not happened yet"}>
      {(millis) => (
        <time dateTime={new Date(millis).toISOString()} title={formatAbsolute(millis)}>
          {formatAge(Math.max(0, ticking() - millis))}
        </time>
      )}
    </Known>
  );
}
