import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import { Match, Switch } from "solid-js";
import { ticking } from "../base/clock";
import { formatAbsolute, formatAge, formatCountdown } from "../base/format";
import { durationMillisOf, millisOf } from "../base/time";
import { Unknown } from "./Unknown";

interface TimeLeftProps {
  /** time_to_exhaustion as the server gave it. */
  left: Duration | undefined;
  /** The moment that `left` counts from. */
  from: Timestamp | undefined;
  /** settled_utilization; without it there is no forecast yet. */
  settled: number | undefined;
}

/** From here on the time left is shown as urgent, in milliseconds. */
const URGENT = 10 * 60_000;

/** The time to exhaustion, counting down. */
export function TimeLeft(props: TimeLeftProps) {
  const deadline = () => {
    const left = durationMillisOf(props.left);
    const from = millisOf(props.from);
    return left === undefined || from === undefined ? undefined : from + left;
  };
  const remaining = () => (deadline() ?? 0) - ticking();
  return (
    <Switch fallback={<Unknown why="there is no forecast yet; it needs a few samples" />}>
      <Match when={durationMillisOf(props.left) === 0}>
        <strong class="time-left tone-critical">exhausted now</strong>
      </Match>
      {/* The forecast's moment has passed and no newer sample says what became of it. */}
      <Match when={deadline() !== undefined && remaining() <= 0}>
        <strong class="time-left tone-critical" title={`at ${formatAbsolute(deadline() ?? 0)}`}>
          due {formatAge(-remaining())}
        </strong>
      </Match>
      <Match when={deadline() !== undefined}>
        <span
          class="time-left"
          classList={{ "tone-critical": remaining() < URGENT }}
          title={`at ${formatAbsolute(deadline() ?? 0)}`}
        >
          {formatCountdown(remaining())}
        </span>
      </Match>
      <Match when={props.settled !== undefined}>
        <span class="muted">not reached</span>
      </Match>
    </Switch>
  );
}
