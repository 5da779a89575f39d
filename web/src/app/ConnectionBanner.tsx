import { Show } from "solid-js";
import { useApi } from "../api/services";
import { ticking } from "../base/clock";
import { formatAge, formatCountdown } from "../base/format";

/** Says that the stream is lost, how old the page is, and when it is tried again. */
export function ConnectionBanner() {
  const { live } = useApi();
  const lost = () => {
    const state = live.state();
    return state.kind === "lost" ? state : undefined;
  };
  const countdown = () => {
    ticking();
    return Math.max(0, (lost()?.retryTime ?? 0) - Date.now());
  };
  const heard = () => {
    ticking();
    const time = live.lastHeard();
    return time === undefined ? "never" : formatAge(Date.now() - time);
  };
  return (
    <div role="status">
      <Show when={lost()}>
        <div class="banner">
          <strong>The connection to the controller is lost.</strong>
          {/* Not read out each second: the change itself is what matters. */}
          <span aria-hidden="true">
            Last heard {heard()}; what you see is as old. Trying again in{" "}
            {formatCountdown(countdown() + 999)}.
          </span>
          <button type="button" onClick={live.retryNow}>
            Try now
          </button>
        </div>
      </Show>
    </div>
  );
}
