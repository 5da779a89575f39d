import { For, Show } from "solid-js";
import { formatCount, formatPercent } from "../base/format";
import { pathOf } from "../base/names";
import { kindWord, recommendationStateWord, riskWord } from "../base/words";
import {
  type Outlook,
  type Recommendation,
  RecommendationState,
} from "../gen/berthmaster/v1/recommendation_pb";
import { Badge } from "../widgets/Badge";
import { approvalsText } from "./Approvals";

/** Where a pool settles, or where it is when that is not known. */
export function outlookText(outlook: Outlook | undefined): string {
  if (!outlook) return "unknown";
  return outlook.settledUtilization === undefined
    ? `${formatPercent(outlook.utilization)} now`
    : `settles at ${formatPercent(outlook.settledUtilization)}`;
}

/** A recommendation in short, within its incident. */
export function RecommendationCard(props: { recommendation: Recommendation }) {
  const recommendation = () => props.recommendation;
  const approvable = () =>
    recommendation().state === RecommendationState.PROPOSED && recommendation().changes.length > 0;
  return (
    <article class="card">
      <header>
        <h3>
          <a href={pathOf(recommendation().name)}>{recommendation().summary}</a>
        </h3>
        <Badge word={recommendationStateWord(recommendation().state)} />
      </header>
      <p class="card-facts">
        <span>{kindWord(recommendation().kind)}</span>
        <span>
          risk <Badge word={riskWord(recommendation().risk)} />
        </span>
        <Show when={recommendation().whatIf}>
          {(whatIf) => (
            <span>
              {outlookText(whatIf().before)} → <strong>{outlookText(whatIf().after)}</strong>
            </span>
          )}
        </Show>
        <Show when={recommendation().proposer}>
          {(proposer) => <span>proposed by {proposer()}</span>}
        </Show>
        <Show when={approvable()}>
          <span>
            approvals{" "}
            {approvalsText(recommendation().approvals, recommendation().approvalsRequired)}
          </span>
        </Show>
        <Show when={recommendation().targetCount > 1}>
          <span>{formatCount(recommendation().targetCount)} targets</span>
        </Show>
      </p>
      <For each={recommendation().changes}>
        {(change) => (
          <p class="card-change">
            <code>{change.sysctl}</code>{" "}
            <Show when={change.expectedValue}>
              <del>{change.expectedValue}</del> →{" "}
            </Show>
            <ins>{change.desiredValue}</ins>
          </p>
        )}
      </For>
      <p class="card-links">
        <a
          class="button"
          classList={{ primary: approvable() && recommendation().rank === 1 }}
          href={pathOf(recommendation().name)}
        >
          {approvable() ? "Review and approve" : "Read more"}
        </a>
        <Show when={recommendation().rollout}>
          {(rollout) => <a href={pathOf(rollout())}>Its rollout</a>}
        </Show>
      </p>
    </article>
  );
}
