import { formatPercent } from "../base/format";
import { levelOf, toneOfLevel } from "../base/level";
import { Known } from "./Known";
import { Mark } from "./Mark";
import { UtilizationBar } from "./UtilizationBar";

interface UtilizationProps {
  /** Undefined when it is not known. */
  value: number | undefined;
  /** Why it may be unknown. */
  why?: string;
  reusable?: number | undefined;
  settled?: number | undefined;
  knee?: boolean;
}

/** A utilization as mark, figure and bar. */
export function Utilization(props: UtilizationProps) {
  return (
    <Known value={props.value} why={props.why ?? "the server gave none"}>
      {(value) => (
        <span class="utilization">
          <Mark tone={toneOfLevel(levelOf(value))} />
          <span class="utilization-figure">{formatPercent(value)}</span>
          <UtilizationBar
            utilization={value}
            reusable={props.reusable}
            settled={props.settled}
            knee={props.knee ?? false}
          />
        </span>
      )}
    </Known>
  );
}
