import { createSignal, Match, Show, Switch } from "solid-js";
import { unwrap } from "solid-js/store";
import { createHost } from "../api/resources";
import { useApi } from "../api/services";
import type { Watched } from "../api/watched";
import { actionCommand } from "../base/commands";
import { formatCount } from "../base/format";
import { navigate } from "../base/location";
import { idOf, pathOf } from "../base/names";
import { newRequestId } from "../base/request_id";
import { AgentProfile } from "../gen/berthmaster/v1/host_pb";
import { type Recommendation, RecommendationState } from "../gen/berthmaster/v1/recommendation_pb";
import { Ago } from "../widgets/Ago";
import { Command } from "../widgets/Command";
import { Facts } from "../widgets/Facts";
import { Panel } from "../widgets/Panel";
import { ReasonDialog } from "../widgets/ReasonDialog";
import { Approvals } from "./Approvals";
import { SysctlDiff } from "./SysctlDiff";

interface DecisionProps {
  recommendation: Recommendation;
  watched: Watched<Recommendation>;
}

/** What was decided about a recommendation, or the buttons to decide. */
export function RecommendationDecision(props: DecisionProps) {
  return (
    <Panel title="Decision">
      <Switch fallback={<Decided recommendation={props.recommendation} />}>
        <Match when={props.recommendation.state === RecommendationState.PROPOSED}>
          <Buttons {...props} />
        </Match>
      </Switch>
    </Panel>
  );
}

/** What a dialog was opened for, with a copy of the content that was seen then; the page goes on changing. */
interface Asked {
  verb: "approve" | "reject";
  seen: Recommendation;
  etag: string;
  // One id for all tries of one dialog, so that a retry after a lost answer does nothing twice.
  requestId: string;
}

function Buttons(props: DecisionProps) {
  const { services } = useApi();
  const [asked, setAsked] = createSignal<Asked>();
  const [recorded, setRecorded] = createSignal(false);
  const applies = () => props.recommendation.changes.length > 0;
  const ask = (verb: Asked["verb"]) =>
    setAsked({
      verb,
      seen: structuredClone(unwrap(props.recommendation)),
      etag: props.recommendation.etag,
      requestId: newRequestId(),
    });

  const decide = async ({ verb, seen, etag, requestId }: Asked, reason: string) => {
    const request = { name: seen.name, reason, etag, requestId };
    try {
      const answer =
        verb === "approve"
          ? await services.recommendations.approveRecommendation(request)
          : await services.recommendations.rejectRecommendation(request);
      if (!answer.recommendation) return;
      props.watched.accept(answer.recommendation);
      setRecorded(answer.recommendation.state === RecommendationState.PROPOSED);
      if (answer.recommendation.rollout) navigate(pathOf(answer.recommendation.rollout));
    } catch (thrown) {
      // The page behind the dialog then shows what is there now.
      props.watched.refetch();
      throw thrown;
    }
  };

  return (
    <>
      <Show
        when={applies()}
        fallback={
          <p class="panel-text">
            This is advice for a person: no agent can apply it. Approve it to record that it is
            followed.
          </p>
        }
      >
        <p class="panel-text">
          Nothing is written before an approval. After it {agentsOf(props.recommendation)}, and the
          pools are watched before the rollout is confirmed.
        </p>
      </Show>
      <Show when={applies() && props.recommendation.host}>
        {(host) => <ObserveNote host={host()} />}
      </Show>
      <Approvals given={props.recommendation.approvals} />
      <p class="panel-text" classList={{ note: recorded() }} role="status">
        <Show when={recorded()}>Your approval is recorded. </Show>
        {missingText(props.recommendation)}
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => ask("approve")}>
          Approve…
        </button>
        <button type="button" onClick={() => ask("reject")}>
          Reject…
        </button>
      </div>
      <Show when={asked()} keyed>
        {(now) => (
          <ReasonDialog
            title={now.verb === "approve" ? "Approve this recommendation" : "Reject it"}
            verb={now.verb === "approve" ? "Approve" : "Reject"}
            danger={now.verb === "reject"}
            onConfirm={(reason) => decide(now, reason)}
            onClose={() => setAsked(undefined)}
          >
            <p>{now.seen.summary}</p>
            <Show when={now.verb === "approve" && applies()}>
              <p class="muted">
                <Show
                  when={now.seen.netns}
                  fallback={`Written in ${formatCount(now.seen.targetCount)} namespaces:`}
                >
                  Written in {now.seen.netnsLabel || idOf(now.seen.netns)} on {idOf(now.seen.host)}:
                </Show>
              </p>
              <SysctlDiff changes={now.seen.changes} />
              <p>{missingText(now.seen)}</p>
            </Show>
            <Command command={actionCommand(now.verb, now.seen.name)} />
          </ReasonDialog>
        )}
      </Show>
    </>
  );
}

function ObserveNote(props: { host: string }) {
  const host = createHost(() => props.host);
  return (
    <Show when={host.value()?.identity?.profile === AgentProfile.OBSERVE}>
      <p class="note note-warning">
        The agent of this host has the profile “observe”: it will not write, and an approval will be
        refused.
      </p>
    </Show>
  );
}

function agentsOf(recommendation: Recommendation): string {
  if (recommendation.netns !== "") {
    return `the agent of ${idOf(recommendation.host)} writes the values and reads them back`;
  }
  return `the agents of ${formatCount(recommendation.targetCount)} namespaces write the values and read them back, a canary first`;
}

/** How many approvals it takes, and how many are missing. */
export function missingText(recommendation: Recommendation): string {
  const { approvalsRequired: required, approvals } = recommendation;
  const missing = required - approvals.length;
  if (required === 0) return "A policy approves it by itself; it needs nobody.";
  if (missing <= 1) {
    return approvals.length === 0
      ? "One approval is enough."
      : "One more approval, by somebody else, and its rollout starts.";
  }
  return approvals.length === 0
    ? `It takes the approvals of ${required} different people; none is there yet.`
    : `It takes ${required} different people; ${missing} more are missing.`;
}

function Decided(props: { recommendation: Recommendation }) {
  return (
    <>
      <Show
        when={props.recommendation.decision}
        fallback={
          <p class="panel-text">
            It expired without a decision: nobody decided in time, the incident is over, or the host
            has changed.
          </p>
        }
      >
        {(decision) => (
          <Facts
            as="rows"
            facts={[
              { label: "decided by", value: decision().decider },
              { label: "when", value: <Ago time={decision().decideTime} /> },
              { label: "reason", value: decision().reason },
              {
                label: "content",
                value: (
                  <code class="hash" title={decision().contentSha256}>
                    {decision().contentSha256.slice(0, 16)}
                  </code>
                ),
              },
            ]}
          />
        )}
      </Show>
      <Show when={props.recommendation.approvals.length > 1}>
        <Approvals given={props.recommendation.approvals} />
      </Show>
      <Show when={props.recommendation.rollout}>
        {(rollout) => (
          <p class="actions">
            <a class="button" href={pathOf(rollout())}>
              See its rollout
            </a>
          </p>
        )}
      </Show>
    </>
  );
}
