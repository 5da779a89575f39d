import { Show } from "solid-js";
import { createRollout } from "../api/resources";
import { statusCommand } from "../base/commands";
import { formatCount } from "../base/format";
import { idOf, pathOf } from "../base/names";
import { rolloutStateWord, waveName } from "../base/rollout_words";
import type { Rollout, RolloutPause } from "../gen/berthmaster/v1/rollout_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Facts } from "../widgets/Facts";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { Approvals } from "./Approvals";
import { PlanFacts } from "./PlanFacts";
import { RolloutActions } from "./RolloutActions";
import { RolloutSteps } from "./RolloutSteps";
import { RolloutWaves } from "./RolloutWaves";

/** One rollout: how far it is, what is written where, how to hold it, and the way back. */
export function RolloutPage(props: { name: string }) {
  const rollout = createRollout(() => props.name);
  return (
    <>
      <PageHead
        title={`Rollout ${idOf(props.name)}`}
        trail={[{ label: "Rollouts", path: "/rollouts" }]}
        command={statusCommand(props.name)}
      >
        <Show when={rollout.value()}>
          {(found) => <Badge word={rolloutStateWord(found().state)} />}
        </Show>
      </PageHead>
      <Loaded of={rollout} what="the rollout">
        {(found) => (
          <>
            <RolloutSteps rollout={found()} />
            <Show when={found().pause}>{(pause) => <PauseNote pause={pause()} />}</Show>
            <Show when={found().stopReason}>
              {(reason) => (
                <p class="note note-critical" role="status">
                  Stopped: {reason()}
                </p>
              )}
            </Show>
            <p class="lead" aria-live="polite">
              {isSaidAbove(found()) ? "" : found().message}
            </p>
            <RolloutActions rollout={found()} watched={rollout} />
            <RolloutFacts rollout={found()} />
            <RolloutWaves rollout={found()} />
            <div class="columns">
              <Show when={found().plan}>
                {(plan) => (
                  <Panel title="Plan, as approved">
                    <PlanFacts plan={plan()} />
                  </Panel>
                )}
              </Show>
              <Show when={found().approvals.length > 0}>
                <Panel title="Approvals">
                  <Approvals given={found().approvals} />
                </Panel>
              </Show>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

// The server's message of a pause or a stop is what the note above says.
function isSaidAbove({ message, pause, stopReason }: Rollout): boolean {
  return message === stopReason || (pause !== undefined && message.endsWith(pause.reason));
}

function PauseNote(props: { pause: RolloutPause }) {
  const byPolicy = () => props.pause.pauser.startsWith("policy/");
  return (
    <div class="note note-warning" role="status">
      <p>
        <strong>Paused</strong> by {props.pause.pauser} <Ago time={props.pause.pauseTime} />:{" "}
        {props.pause.reason}
      </p>
      <p>
        No new wave begins and nothing is confirmed.{" "}
        <Show when={byPolicy()} fallback="Resume it to let it go on.">
          <a href="/policies">The policies</a> say until when it is frozen.
        </Show>
      </p>
    </div>
  );
}

function RolloutFacts(props: { rollout: Rollout }) {
  const rollout = () => props.rollout;
  const counts = () => rollout().targetCounts;
  return (
    <Facts
      as="figures"
      facts={[
        {
          label: "holding",
          value: `${formatCount(counts()?.holding ?? 0)} of ${formatCount(counts()?.total ?? 0)}`,
        },
        ...((counts()?.failed ?? 0) > 0
          ? [{ label: "failed", value: formatCount(counts()?.failed ?? 0) }]
          : []),
        { label: "wave", value: waveName(rollout().wave, rollout().waveCount) },
        { label: "approved by", value: rollout().approver },
        { label: "approved", value: <Ago time={rollout().createTime} /> },
        { label: "last change", value: <Ago time={rollout().updateTime} /> },
        {
          label: "recommendation",
          value: <a href={pathOf(rollout().recommendation)}>{idOf(rollout().recommendation)}</a>,
        },
        ...(rollout().incident === ""
          ? []
          : [
              {
                label: "incident",
                value: <a href={pathOf(rollout().incident)}>{idOf(rollout().incident)}</a>,
              },
            ]),
      ]}
    />
  );
}
