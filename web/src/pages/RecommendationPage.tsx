import { For, Show } from "solid-js";
import { createRecommendation } from "../api/resources";
import { describeCommand } from "../base/commands";
import { formatCount, formatDuration, formatRate } from "../base/format";
import { idOf, netnsPathOf, pathOf, poolTitleOf } from "../base/names";
import { durationMillisOf } from "../base/time";
import { kindWord, recommendationStateWord, riskWord, scopeWord } from "../base/words";
import {
  type PoolingAdvice,
  type Recommendation,
  RecommendationScope,
  RecommendationState,
  type TopologyAdvice,
} from "../gen/berthmaster/v1/recommendation_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { CopyBlock } from "../widgets/Command";
import { type Fact, Facts } from "../widgets/Facts";
import { Known } from "../widgets/Known";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { Unknown } from "../widgets/Unknown";
import { Until } from "../widgets/Until";
import { approvalsText } from "./Approvals";
import { EvidenceTable } from "./EvidenceTable";
import { PlanFacts } from "./PlanFacts";
import { RecommendationDecision } from "./RecommendationDecision";
import { SysctlDiff } from "./SysctlDiff";
import { WhatIfPanel } from "./WhatIfPanel";
import { WhatIfTable } from "./WhatIfTable";

/** One recommendation: what to press, and what it will do. */
export function RecommendationPage(props: { name: string }) {
  const recommendation = createRecommendation(() => props.name);
  return (
    <>
      <PageHead
        title={`Recommendation ${idOf(props.name)}`}
        trail={[{ label: "Recommendations", path: "/recommendations" }]}
        command={describeCommand("recommendation", props.name)}
      >
        <Show when={recommendation.value()}>
          {(found) => <Badge word={recommendationStateWord(found().state)} />}
        </Show>
      </PageHead>
      <Loaded of={recommendation} what="the recommendation">
        {(found) => (
          <>
            <p class="lead">{found().summary}</p>
            <Where recommendation={found()} />
            <div class="columns columns-wide-left">
              <div>
                <Show when={found().changes.length > 0}>
                  <Panel title="What it writes">
                    <SysctlDiff changes={found().changes} />
                  </Panel>
                </Show>
                <Show when={found().changes.length > 0 && found().plan}>
                  {(plan) => (
                    <Panel title="Where, and in which steps">
                      <PlanFacts plan={plan()} />
                    </Panel>
                  )}
                </Show>
                <Show when={found().pooling}>
                  {(pooling) => <PoolingPanel pooling={pooling()} />}
                </Show>
                <Show when={found().topology}>
                  {(topology) => <TopologyPanel topology={topology()} />}
                </Show>
                <Show when={found().whatIf}>
                  {(whatIf) => (
                    <Panel title="What if: the same forecast without and with it">
                      <WhatIfTable whatIf={whatIf()} />
                    </Panel>
                  )}
                </Show>
                <Show when={found().pool}>
                  <WhatIfPanel recommendation={found()} />
                </Show>
                <Panel title="Why it helps">
                  <p class="panel-text">{found().rationale}</p>
                  <EvidenceTable evidence={found().evidence} label="What speaks for it" />
                  <Show when={found().preconditions.length > 0}>
                    <ul class="caveats">
                      <For each={found().preconditions}>{(one) => <li>Holds: {one}</li>}</For>
                    </ul>
                  </Show>
                </Panel>
                <For each={found().snippets}>
                  {(snippet) => (
                    <Panel title={snippet.product}>
                      <p class="panel-text muted">{snippet.place}</p>
                      <CopyBlock text={snippet.text} label={`Copy the ${snippet.product} lines`} />
                    </Panel>
                  )}
                </For>
              </div>
              <div>
                <RecommendationDecision recommendation={found()} watched={recommendation} />
                <RiskPanel recommendation={found()} />
                <For each={found().durableForms}>
                  {(form) => (
                    <Panel title="To keep it over a reboot">
                      <p class="panel-text muted">
                        {form.place}.{" "}
                        {found().plan?.persist
                          ? "The agent writes it once the rollout is confirmed."
                          : "It is for a person to install; the rollout does not write it."}
                      </p>
                      <CopyBlock text={form.text} label={`Copy the lines for ${form.place}`} />
                    </Panel>
                  )}
                </For>
              </div>
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}

function Where(props: { recommendation: Recommendation }) {
  const recommendation = () => props.recommendation;
  // What a person proposed is of no incident, and often of no one namespace.
  const facts = (): (Fact | false)[] => [
    { label: "kind", value: kindWord(recommendation().kind) },
    {
      label: "proposed by",
      value: recommendation().proposer || <Unknown why="the server did not say" />,
    },
    recommendation().incident !== "" && {
      label: "for",
      value: (
        <a href={pathOf(recommendation().incident)}>incident {idOf(recommendation().incident)}</a>
      ),
    },
    recommendation().netns !== "" && {
      label: "host / netns",
      value: (
        <>
          <a href={pathOf(recommendation().host)}>{idOf(recommendation().host)}</a> /{" "}
          <a href={netnsPathOf(recommendation().netns)}>
            {recommendation().netnsLabel || idOf(recommendation().netns)}
          </a>
        </>
      ),
    },
    recommendation().changes.length > 0 && {
      label: "targets",
      value: formatCount(recommendation().targetCount),
    },
    recommendation().pool !== "" && {
      label: recommendation().netns === "" ? "fullest pool" : "pool",
      value: <a href={pathOf(recommendation().pool)}>{poolTitleOf(recommendation().pool)}</a>,
    },
    recommendation().incident !== "" && {
      label: "preference",
      value: String(recommendation().rank),
    },
    recommendation().scope !== RecommendationScope.UNSPECIFIED && {
      label: "reaches",
      value: scopeWord(recommendation().scope),
    },
    {
      label: "approvals",
      value: approvalsText(recommendation().approvals, recommendation().approvalsRequired),
    },
    recommendation().state === RecommendationState.PROPOSED && {
      label: "expires",
      value: <Expiry of={recommendation()} />,
    },
    { label: "made", value: <Ago time={recommendation().createTime} /> },
  ];
  return <Facts as="figures" facts={facts().filter((fact) => fact !== false)} />;
}

function Expiry(props: { of: Recommendation }) {
  return (
    <Show when={props.of.expireTime} fallback="with its incident">
      {(time) => <Until time={time()} />}
    </Show>
  );
}

function RiskPanel(props: { recommendation: Recommendation }) {
  const risk = () => riskWord(props.recommendation.risk);
  return (
    <Panel title="Risk">
      <p class="panel-text">
        <Badge word={risk()} /> {risk().text}
      </p>
      <Show when={props.recommendation.caveats.length > 0}>
        <ul class="caveats">
          <For each={props.recommendation.caveats}>{(caveat) => <li>{caveat}</li>}</For>
        </ul>
      </Show>
      <Show when={props.recommendation.reversibility}>
        {(text) => (
          <p class="panel-text">
            <strong>Revert:</strong> {text()}
          </p>
        )}
      </Show>
    </Panel>
  );
}

function TopologyPanel(props: { topology: TopologyAdvice }) {
  const facts = () =>
    [
      { label: "more source addresses", count: props.topology.moreSourceAddresses },
      { label: "more destination addresses", count: props.topology.moreDestinationAddresses },
      { label: "more destination ports", count: props.topology.moreDestinationPorts },
    ].flatMap(({ label, count }) =>
      count === undefined ? [] : [{ label, value: formatCount(count) }],
    );
  return (
    <Panel title="Any one of these would do">
      <Facts as="rows" facts={facts()} />
    </Panel>
  );
}

function PoolingPanel(props: { pooling: PoolingAdvice }) {
  return (
    <Panel title="Connection pooling, by Little's law">
      <Facts
        as="rows"
        facts={[
          {
            label: "connections to keep open",
            value: <strong>{formatCount(props.pooling.connectionPoolSize)}</strong>,
          },
          { label: "new connections now", value: formatRate(props.pooling.connectionRate) },
          {
            label: "mean time open now",
            value: (
              <Known
                value={durationMillisOf(props.pooling.holdTime)}
                why="no connection has closed in the rate window"
              >
                {(millis) => formatDuration(millis)}
              </Known>
            ),
          },
          { label: "ports freed", value: formatCount(props.pooling.portsSaved) },
        ]}
      />
    </Panel>
  );
}
