import { AuditAction } from "../gen/berthmaster/v1/audit_pb";
import { UNKNOWN, type Word } from "./words";

/** The word for what was done. */
export function auditActionWord(action: AuditAction): Word {
  const label = AuditAction[action];
  if (label === undefined || action === AuditAction.UNSPECIFIED) return UNKNOWN;
  return { label: label.replaceAll("_", " "), tone: toneOf(action) };
}

/** What berthctl calls an action: "policy_set". */
export function actionName(action: AuditAction): string {
  return (AuditAction[action] ?? "").toLowerCase();
}

function toneOf(action: AuditAction): Word["tone"] {
  switch (action) {
    case AuditAction.FAILED:
    case AuditAction.DENIED:
      return "critical";
    case AuditAction.REFUSED:
    case AuditAction.DRIFTED:
    case AuditAction.ABORTED:
    case AuditAction.REVERTED:
      return "warning";
    case AuditAction.APPLIED:
    case AuditAction.CONFIRMED:
      return "calm";
    default:
      return "muted";
  }
}

/** Parts of the audit log to look at. */
export const AUDIT_PARTS = ["all", "decisions", "hosts", "policies", "denied"] as const;

/** One of them. */
export type AuditPart = (typeof AUDIT_PARTS)[number];

/** The actions of each part; none means every one. */
export const AUDIT_ACTIONS: Readonly<Record<AuditPart, AuditAction[]>> = {
  all: [],
  decisions: [
    AuditAction.PROPOSED,
    AuditAction.APPROVED,
    AuditAction.REJECTED,
    AuditAction.EXPIRED,
    AuditAction.PAUSED,
    AuditAction.RESUMED,
    AuditAction.PROMOTED,
    AuditAction.ABORTED,
    AuditAction.CONFIRMED,
  ],
  hosts: [
    AuditAction.PUSHED,
    AuditAction.APPLIED,
    AuditAction.REFUSED,
    AuditAction.FAILED,
    AuditAction.DRIFTED,
    AuditAction.REVERTED,
  ],
  policies: [AuditAction.POLICY_SET, AuditAction.SILENCED, AuditAction.UNSILENCED],
  denied: [AuditAction.DENIED],
};
