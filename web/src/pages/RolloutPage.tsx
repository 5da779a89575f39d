import { createSignal, For, Show } from "solid-js";
import { createRollout } from "../api/resources";
import { useApi } from "../api/services";
import type { Watched } from "../api/watched";
import { actionCommand, describeCommand } from "../base/commands";
import { idOf, netnsPathOf, pathOf } from "../base/names";
import { applyStateWord, rolloutStateWord, type Tone } from "../base/words";
import type { Rollout, RolloutTarget, TargetSysctl } from "../gen/berthmaster/v1/rollout_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { Command } from "../widgets/Command";
import { Facts } from "../widgets/Facts";
import { Loaded } from "../widgets/Loaded";
import { Mark } from "../widgets/Mark";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { ReasonDialog } from "../widgets/ReasonDialog";
import { Unknown } from "../widgets/Unknown";
import { canRevert, type RolloutStep, rolloutSteps } from "./rollout_steps";

/** One rollout: how far it is, what is written where, and the way back. */
export function RolloutPage(props: { name: string }) {
  const rollout = createRollout(() => props.name);
  return (
    <>
      <PageHead
        title={`Rollout ${idOf(props.name)}`}
        trail={[{ label: "Rollouts", path: "/rollouts" }]}
        command={describeCommand("rollout", props.name)}
      >
        <Show when={rollout.value()}>
          {(found) => <Badge word={rolloutStateWord(found().state)} />}
        </Show>
      </PageHead>
      <Loaded of={rollout} what="the rollout">
        {(found) => (
          <>
            <Steps rollout={found()} />
            <p class="lead" aria-live="polite">
              {found().message}
            </p>
            <Facts
              as="figures"
              facts={[
                { label: "approved by", value: found().approver },
                { label: "approved", value: <Ago time={found().createTime} /> },
                { label: "last change", value: <Ago time={found().updateTime} /> },
                {
                  label: "recommendation",
                  value: (
                    <a href={pathOf(found().recommendation)}>{idOf(found().recommendation)}</a>
                  ),
                },
                {
                  label: "incident",
                  value: <a href={pathOf(found().incident)}>{idOf(found().incident)}</a>,
                },
              ]}
            />
            <For each={found().targets}>{(target) => <TargetPanel target={target} />}</For>
            <Revert rollout={found()} watched={rollout} />
          </>
        )}
      </Loaded>
    </>
  );
}

const STEP_TONES: Record<RolloutStep["status"], Tone> = {
  done: "calm",
  current: "busy",
  ahead: "muted",
  failed: "critical",
};

const STEP_WORDS: Record<RolloutStep["status"], string> = {
  done: "done",
  current: "now",
  ahead: "to come",
  failed: "ended here",
};

function Steps(props: { rollout: Rollout }) {
  return (
    <ol class="steps">
      <For each={rolloutSteps(props.rollout.state)}>
        {(step) => (
          <li
            class={`step step-${step.status}`}
            aria-current={step.status === "current" ? "step" : undefined}
          >
            <Mark tone={STEP_TONES[step.status]} />
            <strong>{step.label}</strong>
            <span class="muted">{step.text}</span>
            <span class="sr-only">({STEP_WORDS[step.status]})</span>
          </li>
        )}
      </For>
    </ol>
  );
}

function TargetPanel(props: { target: RolloutTarget }) {
  const target = () => props.target;
  return (
    <Panel
      title="Target"
      aside={
        <span>
          <a href={pathOf(target().host)}>{idOf(target().host)}</a> /{" "}
          <a href={netnsPathOf(target().netns)}>{target().netnsLabel || idOf(target().netns)}</a>
          <span class="muted">
            {" · "}
            {target().revision === 0n ? "not sent yet" : `revision ${target().revision}`}
          </span>
        </span>
      }
    >
      <div class="table-scroll">
        <table class="data">
          <caption class="sr-only">The sysctls of the target</caption>
          <thead>
            <tr>
              <th scope="col">Sysctl</th>
              <th scope="col">Prior</th>
              <th scope="col">Desired</th>
              <th scope="col">Applied</th>
              <th scope="col">Effective</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            <For each={target().sysctls}>{(sysctl) => <SysctlRow sysctl={sysctl} />}</For>
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function SysctlRow(props: { sysctl: TargetSysctl }) {
  return (
    <>
      <tr>
        <th scope="row">
          <code>{props.sysctl.change?.sysctl}</code>
        </th>
        <td>
          <code>{props.sysctl.change?.expectedValue}</code>
        </td>
        <td>
          <code>{props.sysctl.change?.desiredValue}</code>
        </td>
        <td>
          <Show
            when={props.sysctl.appliedValue}
            fallback={<span class="muted">nothing written</span>}
          >
            <code>{props.sysctl.appliedValue}</code>
          </Show>
        </td>
        <td>
          <Show
            when={props.sysctl.effectiveValue}
            fallback={<Unknown why="no sample has shown it yet" />}
          >
            <code>{props.sysctl.effectiveValue}</code>
          </Show>
        </td>
        <td>
          <Badge word={applyStateWord(props.sysctl.state)} />
        </td>
      </tr>
      <Show when={props.sysctl.error}>
        <tr>
          <td colspan="6" class="tone-critical">
            {props.sysctl.error}
          </td>
        </tr>
      </Show>
    </>
  );
}

function Revert(props: { rollout: Rollout; watched: Watched<Rollout> }) {
  const { services } = useApi();
  const [asked, setAsked] = createSignal(false);
  // No etag: whoever reverts wants the prior values back, whatever changed meanwhile.
  const revert = async (reason: string) => {
    const answer = await services.rollouts.revertRollout({ name: props.rollout.name, reason });
    if (answer.rollout) props.watched.accept(answer.rollout);
  };
  return (
    <Show when={canRevert(props.rollout.state)}>
      <div class="actions">
        <button type="button" class="danger" onClick={() => setAsked(true)}>
          Revert…
        </button>
        <span class="muted">puts the journaled prior values back</span>
      </div>
      <Show when={asked()}>
        <ReasonDialog
          title="Revert this rollout"
          verb="Revert"
          danger
          onConfirm={revert}
          onClose={() => setAsked(false)}
        >
          <p>The agent puts the journaled prior values back, at once.</p>
          <Command command={actionCommand("revert", props.rollout.name)} />
        </ReasonDialog>
      </Show>
    </Show>
  );
}
