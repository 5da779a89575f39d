import type { Duration } from "@bufbuild/protobuf/wkt";
import { For, Show } from "solid-js";
import { createDetectionPolicy } from "../api/resources";
import { formatDuration, formatPercent } from "../base/format";
import { selectorText } from "../base/selector";
import { durationMillisOf } from "../base/time";
import { type ThresholdOverrides, ThresholdOverridesSchema } from "../gen/berthmaster/v1/policy_pb";
import { Ago } from "../widgets/Ago";
import { type Column, DataTable } from "../widgets/DataTable";
import { Loaded } from "../widgets/Loaded";
import { PageHead } from "../widgets/PageHead";
import { Panel } from "../widgets/Panel";
import { ApprovalPolicyPanels } from "./ApprovalPolicy";

/** The fields of the contract, so that a new one is shown without a change here. */
const FIELDS = ThresholdOverridesSchema.fields;

type Field = (typeof FIELDS)[number];

/** One threshold for a person, "90 %" or "10s"; nothing where it is not set. */
function thresholdText(overrides: ThresholdOverrides | undefined, field: Field): string {
  const value = overrides?.[field.localName as keyof ThresholdOverrides] as
    | number
    | Duration
    | undefined;
  if (value === undefined) return "";
  if (typeof value === "number") return formatPercent(value);
  return formatDuration(durationMillisOf(value) ?? 0);
}

/** Who must approve what, and what is detected where. Rules are set with berthctl, from a file. */
export function PoliciesPage() {
  const policy = createDetectionPolicy();
  return (
    <>
      <PageHead title="Policies" command="berthctl policy get" />
      <ApprovalPolicyPanels />
      <Loaded of={policy} what="the detection policy">
        {(found) => {
          const columns: Column<Field>[] = [
            { id: "name", title: "Threshold", cell: (field) => <code>{field.name}</code> },
            {
              id: "default",
              title: "Default",
              figure: true,
              cell: (field) => thresholdText(found().defaults, field),
            },
            {
              id: "bounds",
              title: "A rule may set",
              figure: true,
              cell: (field) =>
                `${thresholdText(found().least, field)} to ${thresholdText(found().largest, field)}`,
            },
          ];
          return (
            <>
              <Panel title="Detection: rules">
                <p class="panel-text">
                  Of two rules that select a namespace and set the same threshold, the later one
                  wins. Change them with <code>berthctl policy get</code> and{" "}
                  <code>berthctl policy set FILE</code>.
                  <Show when={found().policy?.updateTime}>
                    {(time) => (
                      <>
                        {" "}
                        Set <Ago time={time()} /> by {found().policy?.updater}.
                      </>
                    )}
                  </Show>
                </p>
                <Rules of={found().policy?.rules ?? []} />
              </Panel>
              <Panel title="Detection: thresholds">
                <DataTable
                  label="Thresholds"
                  columns={columns}
                  rows={FIELDS.filter((field) => thresholdText(found().defaults, field) !== "")}
                  empty=""
                />
              </Panel>
            </>
          );
        }}
      </Loaded>
    </>
  );
}

interface Rule {
  name: string;
  selector: Record<string, string>;
  thresholds?: ThresholdOverrides | undefined;
}

function Rules(props: { of: readonly Rule[] }) {
  const columns: Column<Rule>[] = [
    { id: "name", title: "Rule", cell: (rule) => rule.name },
    {
      id: "selects",
      title: "Selects",
      cell: (rule) => <code>{selectorText(rule.selector) || "every namespace"}</code>,
    },
    {
      id: "sets",
      title: "Sets",
      cell: (rule) => (
        <For each={FIELDS.filter((field) => thresholdText(rule.thresholds, field) !== "")}>
          {(field, index) => (
            <>
              {index() > 0 ? ", " : ""}
              <code>{field.name}</code> {thresholdText(rule.thresholds, field)}
            </>
          )}
        </For>
      ),
    },
  ];
  return (
    <DataTable
      label="Rules"
      columns={columns}
      rows={props.of}
      empty="No rule: the defaults hold everywhere, and need no tuning."
    />
  );
}
