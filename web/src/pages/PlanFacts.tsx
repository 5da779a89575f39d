import { soakText, wavesText } from "../base/plan";
import { selectorText } from "../base/selector";
import type { RolloutPlan } from "../gen/berthmaster/v1/recommendation_pb";
import { Facts } from "../widgets/Facts";

/** Where a change goes and in which steps, in words. */
export function PlanFacts(props: { plan: RolloutPlan }) {
  const plan = () => props.plan;
  const facts = () => {
    const selector = selectorText(plan().selector);
    return [
      {
        label: "where",
        value: selector === "" ? "the one namespace it is for" : <code>{selector}</code>,
      },
      // Of one namespace there is only a canary.
      ...(selector === "" ? [] : [{ label: "in steps", value: wavesText(plan()) }]),
      { label: "each soaks", value: soakText(plan()) },
      {
        label: "puts everything back",
        value:
          plan().failedTargetsMax === 0
            ? "when any target fails"
            : `when more than ${plan().failedTargetsMax} targets after the canary fail`,
      },
      ...(plan().pauseAfterCanary
        ? [{ label: "after the canary", value: "pauses until somebody resumes it" }]
        : []),
      {
        label: "over a reboot",
        value: plan().persist
          ? "kept: written to /etc/sysctl.d once confirmed"
          : "not kept: the kernel only",
      },
      ...(selector === ""
        ? []
        : [
            {
              label: "namespaces that match later",
              value: plan().follows ? "get it too, under the same approval" : "are left alone",
            },
          ]),
    ];
  };
  return <Facts as="rows" facts={facts()} />;
}
