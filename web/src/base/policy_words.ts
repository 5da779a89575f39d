import type { ApprovalRule, ApprovalWindow, Freeze } from "../gen/berthmaster/v1/policy_pb";
import { formatAbsolute } from "./format";
import { durationMillisOf, millisOf } from "./time";
import { riskWord, type Word } from "./words";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** The risks that a rule is for: "LOW, MEDIUM", "all". */
export function risksText(rule: ApprovalRule): string {
  return rule.risks.map((risk) => riskWord(risk).label).join(", ") || "all";
}

/** Who must approve by a rule, in words. */
export function needsText(rule: ApprovalRule): string {
  const proposer = rule.proposerMayApprove ? "the proposer counts" : "not the proposer";
  const people = (count: number) =>
    count === 1 ? `1 person, ${proposer}` : `${count} different people, ${proposer}`;
  if (rule.approvalsRequired > 0) return people(rule.approvalsRequired);
  if (rule.windows.length === 0) return "nobody: the policy approves it";
  return `nobody ${rule.windows.map(windowText).join(" and ")}; else ${people(1)}`;
}

/** A time of the week: "Mon, Tue 09:00 to 17:00 UTC". */
export function windowText(window: ApprovalWindow): string {
  const days = window.days.map((day) => DAYS[day - 1] ?? "unknown").join(", ") || "every day";
  const start = durationMillisOf(window.start) ?? 0;
  const end = start + (durationMillisOf(window.length) ?? 0);
  const next = end > DAY ? " of the next day" : "";
  return `${days} ${clockText(start)} to ${clockText(end > DAY ? end - DAY : end)}${next} UTC`;
}

function clockText(millis: number): string {
  const minutes = Math.floor(millis / MINUTE);
  return [Math.floor(minutes / 60), minutes % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** Whether a freeze holds at a moment. */
export function freezeWord(freeze: Freeze, now: number): Word {
  const end = millisOf(freeze.endTime);
  if (end !== undefined && now >= end) return { label: "over", tone: "muted" };
  return now < (millisOf(freeze.startTime) ?? 0)
    ? { label: "to come", tone: "muted" }
    : { label: "FROZEN", tone: "warning" };
}

/** A moment as a field of date and time has it, in the reader's time zone: "2026-11-22T22:13". */
export function fieldTime(millis: number): string {
  return formatAbsolute(millis).slice(0, 16).replace(" ", "T");
}

/** The moment that such a field says; undefined when it says none. */
export function momentOf(text: string): number | undefined {
  const millis = new Date(text).getTime();
  return Number.isFinite(millis) ? millis : undefined;
}
