import { For, Show } from "solid-js";
import { formatCount } from "../base/format";
import { hostNameOf, idOf, netnsPathOf, pathOf } from "../base/names";
import { adviceWord, riskWord } from "../base/words";
import type { ProposeChangeResponse } from "../gen/berthmaster/v1/recommendation_pb";
import { Badge } from "../widgets/Badge";
import { type Column, DataTable } from "../widgets/DataTable";
import { Facts } from "../widgets/Facts";
import { Panel } from "../widgets/Panel";
import { Unknown } from "../widgets/Unknown";
import { Until } from "../widgets/Until";
import { missingText } from "./RecommendationDecision";
import { WhatIfTable } from "./WhatIfTable";

const COLUMNS: readonly Column<string>[] = [
  {
    id: "netns",
    title: "Host / netns cookie",
    cell: (name) => (
      <>
        <a href={pathOf(hostNameOf(name))}>{idOf(hostNameOf(name))}</a> /{" "}
        <a href={netnsPathOf(name)}>{idOf(name)}</a>
      </>
    ),
  },
];

/** What the server says of a change that is not proposed yet. */
export function ProposalAnswer(props: { answer: ProposeChangeResponse }) {
  const answer = () => props.answer;
  const unlisted = () =>
    (answer().recommendation?.targetCount ?? answer().netns.length) - answer().netns.length;
  return (
    <>
      <Show when={answer().recommendation}>
        {(would) => (
          <Panel title="What it would do">
            <p class="panel-text">{would().summary}</p>
            <Facts
              as="rows"
              facts={[
                { label: "namespaces to change now", value: formatCount(would().targetCount) },
                { label: "approvals", value: missingText(would()) },
                {
                  label: "risk",
                  value: (
                    <>
                      <Badge word={riskWord(would().risk)} /> {riskWord(would().risk).text}
                    </>
                  ),
                },
                {
                  label: "expires undecided",
                  value: (
                    <Show
                      when={would().expireTime}
                      fallback={<Unknown why="the server gave none" />}
                    >
                      {(time) => <Until time={time()} />}
                    </Show>
                  ),
                },
              ]}
            />
            <Show when={would().caveats.length > 0}>
              <ul class="caveats">
                <For each={would().caveats}>{(caveat) => <li>{caveat}</li>}</For>
              </ul>
            </Show>
            <Show when={would().whatIf}>{(whatIf) => <WhatIfTable whatIf={whatIf()} />}</Show>
          </Panel>
        )}
      </Show>
      <Show when={answer().advice.length > 0}>
        <Panel title="Advice">
          <For each={answer().advice}>
            {(advice) => (
              <p class="panel-text">
                <Badge word={adviceWord(advice.severity)} /> <code>{advice.setting}</code>{" "}
                {advice.reason} {advice.instead}
              </p>
            )}
          </For>
        </Panel>
      </Show>
      <Panel title={`Namespaces it would change: ${formatCount(answer().netns.length)}`}>
        <DataTable
          label="Namespaces that would be changed"
          columns={COLUMNS}
          rows={answer().netns}
          empty="None."
        />
        <Show when={unlisted() > 0}>
          <p class="more">and {formatCount(unlisted())} more.</p>
        </Show>
      </Panel>
      <Show when={answer().leftOut.length > 0}>
        <Panel title={`Left out: ${formatCount(answer().leftOut.length)}`}>
          <ul class="caveats">
            <For each={answer().leftOut}>{(one) => <li>{one}</li>}</For>
          </ul>
        </Panel>
      </Show>
    </>
  );
}
