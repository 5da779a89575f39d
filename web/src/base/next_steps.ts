/** What a person can do after a refusal, by its ErrorInfo reason. The server's own text says what is wrong. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  AGENT_NOT_ENFORCING: "Start the agent of that host with the profile “enforce”, then try again.",
  APPROVED_ALREADY: "Ask somebody else to approve it: each person counts once.",
  BAD_ADVICE: "Take the value that is advised instead, then check again.",
  ETAG_MISMATCH: "Look at what is there now, then decide again.",
  FROZEN: "Wait for the end of the freeze, or end it on the Policies page.",
  NOTHING_TO_PROMOTE: "Wait until samples have shown every target of the wave with its new value.",
  NO_TARGETS: "Choose labels that match a namespace which has not got these values yet.",
  PLAN_INVALID: "Correct the field that is named, then check again.",
  POLICY_INVALID: "Correct the field that is named, then try again.",
  PROPOSER_MAY_NOT_APPROVE: "Ask somebody else to approve it; the rule is on the Policies page.",
  RECOMMENDATION_NOT_PROPOSED: "It was decided meanwhile: the page shows how.",
  ROLLOUT_FAILED: "There is nothing to revert.",
  ROLLOUT_IN_PROGRESS: "Wait for the other rollout to be confirmed, or abort it.",
  ROLLOUT_NOT_IN_PROGRESS: "Look at the state that it is in now.",
  SYSCTL_UNKNOWN: "Take a sysctl of Berthmaster's catalogue.",
  SYSCTL_VALUE_INVALID: "Take a value within the bounds that are named.",
};

/** The next step after a refusal with this reason; empty when there is none to tell. */
export function nextStepOf(reason: string): string {
  return Object.hasOwn(NEXT_STEPS, reason) ? (NEXT_STEPS[reason] ?? "") : "";
}
