import { createSignal, Show } from "solid-js";
import { createApprovalPolicy } from "../api/resources";
import { useApi } from "../api/services";
import { ticking } from "../base/clock";
import { formatAbsolute } from "../base/format";
import { freezeWord, needsText, risksText } from "../base/policy_words";
import { selectorText } from "../base/selector";
import { millisOf } from "../base/time";
import type { ApprovalPolicy, ApprovalRule, Freeze } from "../gen/berthmaster/v1/policy_pb";
import { Ago } from "../widgets/Ago";
import { Badge } from "../widgets/Badge";
import { type Column, DataTable } from "../widgets/DataTable";
import { Loaded } from "../widgets/Loaded";
import { Panel } from "../widgets/Panel";
import { ReasonDialog } from "../widgets/ReasonDialog";
import { FreezeDialog, type NewFreeze } from "./FreezeDialog";

const RULE_COLUMNS: readonly Column<ApprovalRule>[] = [
  { id: "name", title: "Rule", cell: (rule) => rule.name },
  { id: "selects", title: "Selects", cell: (rule) => <Selects of={rule.selector} /> },
  { id: "risks", title: "Risk", cell: risksText },
  { id: "needs", title: "Must be approved by", cell: needsText },
];

function Selects(props: { of: Readonly<Record<string, string>> }) {
  return (
    <Show when={selectorText(props.of)} fallback="every namespace">
      {(text) => <code>{text()}</code>}
    </Show>
  );
}

function momentText(millis: number | undefined): string {
  return millis === undefined ? "" : formatAbsolute(millis);
}

function freezeColumns(end: (freeze: Freeze) => void): readonly Column<Freeze>[] {
  return [
    {
      id: "state",
      title: "State",
      cell: (freeze) => <Badge word={freezeWord(freeze, ticking())} />,
    },
    { id: "name", title: "Freeze", cell: (freeze) => freeze.name },
    { id: "selects", title: "Selects", cell: (freeze) => <Selects of={freeze.selector} /> },
    { id: "from", title: "From", cell: (freeze) => momentText(millisOf(freeze.startTime)) },
    { id: "until", title: "Until", cell: (freeze) => momentText(millisOf(freeze.endTime)) },
    { id: "reason", title: "Reason", cell: (freeze) => freeze.reason },
    {
      id: "end",
      title: "Action",
      cell: (freeze) => (
        <button type="button" onClick={() => end(freeze)}>
          {freezeWord(freeze, ticking()).label === "over" ? "Remove" : "End"}…
          <span class="sr-only"> the freeze {freeze.name}</span>
        </button>
      ),
    },
  ];
}

/** Who must approve what, and when nothing is changed at all; a freeze is made and ended here. */
export function ApprovalPolicyPanels() {
  const { services } = useApi();
  const policy = createApprovalPolicy();
  const [adding, setAdding] = createSignal(false);
  const [ending, setEnding] = createSignal<Freeze>();

  // The whole policy is put; its etag keeps what somebody else changed meanwhile.
  const put = async (seen: ApprovalPolicy, freezes: readonly (Freeze | NewFreeze)[]) => {
    try {
      const answer = await services.policies.updateApprovalPolicy({
        policy: { rules: seen.rules, freezes: [...freezes], etag: seen.etag },
      });
      if (answer.policy) policy.accept(answer.policy);
    } catch (thrown) {
      policy.refetch();
      throw thrown;
    }
  };

  return (
    <Loaded of={policy} what="the approval policy">
      {(found) => (
        <>
          <Panel
            title="Freezes: nothing is approved and no wave begins"
            aside={
              <button type="button" onClick={() => setAdding(true)}>
                Freeze…
              </button>
            }
          >
            <DataTable
              label="Freezes"
              columns={freezeColumns(setEnding)}
              rows={found().freezes}
              empty="No freeze. What has to be put back is put back in a freeze too."
            />
          </Panel>
          <Panel title="Approval: rules">
            <p class="panel-text">
              Of the rules that select a namespace and the risk, the last one decides; of several
              namespaces the strictest. Where none does: one approval for a low and a medium risk,
              two for a high one, none of them the proposer's. Change them with{" "}
              <code>berthctl policy get approval</code> and{" "}
              <code>berthctl policy set approval FILE</code>.
              <Show when={found().updateTime}>
                {(time) => (
                  <>
                    {" "}
                    Set <Ago time={time()} /> by {found().updater}.
                  </>
                )}
              </Show>
            </p>
            <DataTable
              label="Approval rules"
              columns={RULE_COLUMNS}
              rows={found().rules}
              empty="No rule: the defaults hold everywhere."
            />
          </Panel>
          <Show when={adding()}>
            <FreezeDialog
              onAdd={(freeze) => put(found(), [...found().freezes, freeze])}
              onClose={() => setAdding(false)}
            />
          </Show>
          <Show when={ending()} keyed>
            {(freeze) => (
              <ReasonDialog
                title={`End the freeze ${freeze.name}`}
                verb="End it"
                reason="none"
                onConfirm={() =>
                  put(
                    found(),
                    found().freezes.filter((other) => other.name !== freeze.name),
                  )
                }
                onClose={() => setEnding(undefined)}
              >
                <p>It was made for: {freeze.reason}</p>
                <Show when={freezeWord(freeze, ticking()).label === "FROZEN"}>
                  <p>
                    From then on changes can be approved there, and rollouts that it holds go on by
                    themselves.
                  </p>
                </Show>
              </ReasonDialog>
            )}
          </Show>
        </>
      )}
    </Loaded>
  );
}
