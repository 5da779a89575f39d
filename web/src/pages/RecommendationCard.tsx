import { For, Show } from "solid-js";
import { formatPercent } from "../base/format";
import { pathOf } from "../base/names";
import { kindWord, recommendationStateWord, riskWord } from "../base/words";
import {
  type Outlook,
  type Recommendation,
  RecommendationState,
} from "../gen/berthmaster/v1/recommendation_pb";
import { Badge } from "../widgets/Badge";

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
      </p>
      <For each={recommendation().changes}>
        {(change) => (
          <p class="card-change">
            <code>{change.sysctl}</code> <del>{change.expectedValue}</del> →{" "}
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
