import { createSignal, Match, Show, Switch } from "solid-js";
import { unwrap } from "solid-js/store";
import { createHost } from "../api/resources";
import { useApi } from "../api/services";
import type { Watched } from "../api/watched";
import { actionCommand } from "../base/commands";
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
  const host = createHost(() => props.recommendation.host);
  const applies = () => props.recommendation.changes.length > 0;
  const observes = () => host.value()?.identity?.profile === AgentProfile.OBSERVE;
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
          Nothing is written before an approval. After it the agent of{" "}
          {idOf(props.recommendation.host)} writes the values, reads them back, and the pool is
          watched before the rollout is confirmed.
        </p>
      </Show>
      <Show when={applies() && observes()}>
        <p class="note note-warning">
          The agent of this host has the profile “observe”: it will not write, and an approval will
          be refused.
        </p>
      </Show>
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
                Written in {now.seen.netnsLabel || idOf(now.seen.netns)} on {idOf(now.seen.host)}:
              </p>
              <SysctlDiff changes={now.seen.changes} />
            </Show>
            <Command command={actionCommand(now.verb, now.seen.name)} />
          </ReasonDialog>
        )}
      </Show>
    </>
  );
}

function Decided(props: { recommendation: Recommendation }) {
  return (
    <>
      <Show
        when={props.recommendation.decision}
        fallback={
          <p class="panel-text">
            It expired without a decision: the incident is over, or the host has changed.
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
