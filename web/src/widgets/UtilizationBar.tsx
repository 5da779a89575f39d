import { Show } from "solid-js";
import { KNEE, levelOf } from "../base/level";

interface UtilizationBarProps {
  /** (in use - reusable) / capacity. */
  utilization: number;
  /** reusable / capacity, drawn hatched. */
  reusable?: number | undefined;
  /** Where utilization settles, drawn as a tick. */
  settled?: number | undefined;
  /** Whether the knee at 50 % is drawn; only connect pools have one. */
  knee?: boolean;
}

function share(ratio: number): string {
  return `${Math.min(Math.max(ratio, 0), 1) * 100}%`;
}

/** A pool as a bar: in use, reusable, headroom. The figures stand beside it, so assistive technology skips it. */
export function UtilizationBar(props: UtilizationBarProps) {
  const held = () => Math.min(Math.max(props.utilization, 0), 1);
  return (
    <span class={`bar level-${levelOf(props.utilization)}`} aria-hidden="true">
      <span class="bar-held" style={{ width: share(held()) }} />
      <Show when={props.reusable}>
        {(reusable) => (
          <span
            class="bar-reusable"
            style={{ left: share(held()), width: share(Math.min(reusable(), 1 - held())) }}
          />
        )}
      </Show>
      <Show when={props.knee}>
        <span class="bar-knee" style={{ left: share(KNEE) }} />
      </Show>
      <Show when={props.settled}>
        {(settled) => (
          <span
            class="bar-settled"
            classList={{ "bar-settled-over": settled() > 1 }}
            style={{ left: share(settled()) }}
          />
        )}
      </Show>
    </span>
  );
}
