import type { MessageInitShape } from "@bufbuild/protobuf";
import { createMemo, For, Show } from "solid-js";
import { createSimulation } from "../api/resources";
import { createQueryState } from "../base/query";
import { numberParam, parseRange, rangeOf } from "../base/what_if";
import { adviceWord } from "../base/words";
import { WhatIfChart } from "../charts/WhatIfChart";
import type { Pool } from "../gen/berthmaster/v1/pool_pb";
import type {
  Recommendation,
  SimulateRecommendationRequestSchema,
} from "../gen/berthmaster/v1/recommendation_pb";
import { Badge } from "../widgets/Badge";
import { Panel } from "../widgets/Panel";
import { ProblemNote } from "../widgets/ProblemNote";
import { WhatIfTable } from "./WhatIfTable";

const RANGE = "net.ipv4.ip_local_port_range";
const PORTS_MAX = 64_512;
const RATE_MAX = 1000;
const POOL_MAX = 65_536;

/** What a pool would do with the recommendation and with other numbers, reckoned by the server. */
export function WhatIfPanel(props: { recommendation: Recommendation }) {
  const [width, setWidth] = createQueryState("ports", numberParam(PORTS_MAX));
  const [rate, setRate] = createQueryState("rate", numberParam(RATE_MAX));
  const [poolSize, setPoolSize] = createQueryState("connections", numberParam(POOL_MAX));
  const range = createMemo(() => {
    const change = props.recommendation.changes.find((one) => one.sysctl === RANGE);
    return change && parseRange(change.desiredValue);
  });
  const simulation = createSimulation(() =>
    requestOf(props.recommendation, width(), rate(), poolSize()),
  );
  const proposedWidth = () => {
    const proposed = range();
    return proposed ? proposed.high - proposed.low + 1 : 0;
  };
  return (
    <Panel title="What if it were otherwise">
      <form class="what-if-form" onSubmit={(event) => event.preventDefault()}>
        <Show when={range()}>
          <NumberField
            label="ports in the range"
            value={width() || proposedWidth()}
            min={2}
            max={PORTS_MAX}
            step={2}
            onChange={(value) => setWidth(value === proposedWidth() ? 0 : value)}
          />
        </Show>
        <NumberField
          label="load, times"
          value={rate() || 1}
          min={0.1}
          max={RATE_MAX}
          step={0.1}
          onChange={(value) => setRate(value === 1 ? 0 : value)}
        />
        <NumberField
          label="connections kept open (0: none)"
          value={poolSize() || (props.recommendation.pooling?.connectionPoolSize ?? 0)}
          min={0}
          max={POOL_MAX}
          step={1}
          onChange={setPoolSize}
        />
      </form>
      <ProblemNote problem={simulation.problem()} />
      <Show when={bothOf(simulation.value())}>
        {(pools) => (
          <>
            <WhatIfChart before={pools().before} after={pools().after} />
            <WhatIfTable whatIf={pools()} />
          </>
        )}
      </Show>
      <For each={simulation.value()?.advice}>
        {(advice) => (
          <p class="panel-text">
            <Badge word={adviceWord(advice.severity)} /> <code>{advice.setting}</code>{" "}
            {advice.reason} {advice.instead}
          </p>
        )}
      </For>
      <For each={simulation.value()?.notes}>{(note) => <p class="panel-text muted">{note}</p>}</For>
    </Panel>
  );
}

/** The request for what the recommendation writes, with the numbers of the page in place of its own. */
function requestOf(
  recommendation: Recommendation,
  width: number,
  rateFactor: number,
  connectionPoolSize: number,
): MessageInitShape<typeof SimulateRecommendationRequestSchema> {
  const settings: Record<string, string> = {};
  for (const change of recommendation.changes) settings[change.sysctl] = change.desiredValue;
  const proposed = parseRange(settings[RANGE] ?? "");
  if (width > 0 && proposed) settings[RANGE] = rangeOf(proposed.low, width);
  return {
    pool: recommendation.pool,
    settings,
    rateFactor,
    connectionPoolSize: connectionPoolSize || (recommendation.pooling?.connectionPoolSize ?? 0),
    sourceAddressFactor: recommendation.topology
      ? (recommendation.topology.moreSourceAddresses ?? 0) + 1
      : 0,
  };
}

function bothOf(answer: { before?: Pool | undefined; after?: Pool | undefined } | undefined) {
  return answer?.before && answer.after
    ? { before: answer.before, after: answer.after }
    : undefined;
}

interface NumberFieldProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange(value: number): void;
}

function NumberField(props: NumberFieldProps) {
  const take = (text: string) => {
    const value = Number(text);
    if (text !== "" && Number.isFinite(value)) {
      props.onChange(Math.min(Math.max(value, props.min), props.max));
    }
  };
  return (
    <label>
      <span>{props.label}</span>
      <input
        type="number"
        min={props.min}
        max={props.max}
        step={props.step}
        value={props.value}
        onChange={(event) => take(event.currentTarget.value)}
      />
    </label>
  );
}
