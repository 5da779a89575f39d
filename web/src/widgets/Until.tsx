import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { ticking } from "../base/clock";
import { formatAbsolute, formatCountdown } from "../base/format";
import { millisOf } from "../base/time";
import { Known } from "./Known";

/** How long it is until a moment, "in 2h 05m", or "over", with the absolute time as its title. */
export function Until(props: { time: Timestamp | undefined }) {
  return (
    <Known value={millisOf(props.time)} why="the server did not say">
      {(millis) => (
        <time dateTime={new Date(millis).toISOString()} title={formatAbsolute(millis)}>
          {millis > ticking() ? `in ${formatCountdown(millis - ticking())}` : "over"}
        </time>
      )}
    </Known>
  );
}
