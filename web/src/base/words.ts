import { AgentProfile, HostState } from "../gen/berthmaster/v1/host_pb";
import { IncidentCause, IncidentSeverity, IncidentState } from "../gen/berthmaster/v1/incident_pb";
import {
  RecommendationKind,
  RecommendationRisk,
  RecommendationState,
} from "../gen/berthmaster/v1/recommendation_pb";
import { ApplyState, RolloutState } from "../gen/berthmaster/v1/rollout_pb";

/** How a word is to look: which colour and which mark go with it. */
export type Tone = "calm" | "busy" | "warning" | "critical" | "muted";

/** A word for a person, with its tone. */
export interface Word {
  label: string;
  tone: Tone;
}

// A newer server may send a value that this dashboard does not know yet.
const UNKNOWN: Word = { label: "unknown", tone: "muted" };

/** The word for a host's state. */
export function hostStateWord(state: HostState): Word {
  switch (state) {
    case HostState.ATTACHED:
      return { label: "attached", tone: "calm" };
    case HostState.DETACHED:
      return { label: "detached", tone: "muted" };
    case HostState.UNREACHABLE:
      return { label: "unreachable", tone: "warning" };
    default:
      return UNKNOWN;
  }
}

/** The word for what an agent may do. */
export function profileWord(profile: AgentProfile | undefined): Word {
  switch (profile) {
    case AgentProfile.OBSERVE:
      return { label: "observe", tone: "muted" };
    case AgentProfile.ENFORCE:
      return { label: "enforce", tone: "calm" };
    default:
      return UNKNOWN;
  }
}

/** The word for an incident's severity. */
export function severityWord(severity: IncidentSeverity): Word {
  switch (severity) {
    case IncidentSeverity.CRITICAL:
      return { label: "CRITICAL", tone: "critical" };
    case IncidentSeverity.WARNING:
      return { label: "WARNING", tone: "warning" };
    default:
      return UNKNOWN;
  }
}

/** The word for an incident's state. */
export function incidentStateWord(state: IncidentState): Word {
  switch (state) {
    case IncidentState.OPEN:
      return { label: "OPEN", tone: "busy" };
    case IncidentState.ACKNOWLEDGED:
      return { label: "ACKNOWLEDGED", tone: "muted" };
    case IncidentState.RESOLVED:
      return { label: "RESOLVED", tone: "calm" };
    default:
      return UNKNOWN;
  }
}

/** Why a pool runs out: a short name and a sentence. */
export function causeWords(cause: IncidentCause): { name: string; text: string } {
  switch (cause) {
    case IncidentCause.TIME_WAIT_CHURN:
      return {
        name: "TIME_WAIT churn",
        text: "Short connections, closed first by this side: each holds its port in TIME_WAIT for 60 s.",
      };
    case IncidentCause.ESTABLISHED_LEAK:
      return {
        name: "ESTABLISHED leak",
        text: "ESTABLISHED connections pile up and are not closed.",
      };
    case IncidentCause.CLOSE_WAIT_LEAK:
      return {
        name: "CLOSE_WAIT leak",
        text: "The peer closed and this application does not: CLOSE_WAIT piles up.",
      };
    case IncidentCause.SYN_SENT_PILE_UP:
      return {
        name: "SYN_SENT pile-up",
        text: "The destination does not answer: SYN_SENT piles up.",
      };
    case IncidentCause.RANGE_TOO_SMALL:
      return {
        name: "range too small",
        text: "The number of connections is steady and honest, and the local port range is too small for it.",
      };
    case IncidentCause.TIME_WAIT_TABLE:
      return {
        name: "TIME_WAIT table overflow",
        text: "The netns has more TIME_WAIT sockets than tcp_max_tw_buckets allows.",
      };
    case IncidentCause.FIN_WAIT_PILE_UP:
      return {
        name: "FIN_WAIT pile-up",
        text: "The peer does not send its FIN: FIN_WAIT_1, FIN_WAIT_2, CLOSING or LAST_ACK piles up.",
      };
    default:
      return {
        name: "unknown",
        text: "The server names a cause that this dashboard does not know.",
      };
  }
}

/** The word for a recommendation's state. */
export function recommendationStateWord(state: RecommendationState): Word {
  switch (state) {
    case RecommendationState.PROPOSED:
      return { label: "PROPOSED", tone: "busy" };
    case RecommendationState.APPROVED:
      return { label: "APPROVED", tone: "calm" };
    case RecommendationState.REJECTED:
      return { label: "REJECTED", tone: "muted" };
    case RecommendationState.EXPIRED:
      return { label: "EXPIRED", tone: "muted" };
    default:
      return UNKNOWN;
  }
}

/** The kind of remedy, for a person. */
export function kindWord(kind: RecommendationKind): string {
  switch (kind) {
    case RecommendationKind.WIDEN_RANGE:
      return "widen the local port range";
    case RecommendationKind.TIME_WAIT_REUSE:
      return "reuse TIME_WAIT";
    case RecommendationKind.TIME_WAIT_TABLE:
      return "raise tcp_max_tw_buckets";
    case RecommendationKind.POOLING:
      return "connection pooling";
    case RecommendationKind.APPLICATION:
      return "mend the application";
    default:
      return "unknown";
  }
}

/** The word for how dangerous a change is, and what that means. */
export function riskWord(risk: RecommendationRisk): Word & { text: string } {
  switch (risk) {
    case RecommendationRisk.LOW:
      return { label: "LOW", tone: "calm", text: "Undone at once without a trace." };
    case RecommendationRisk.MEDIUM:
      return {
        label: "MEDIUM",
        tone: "warning",
        text: "Can surprise some applications of the netns.",
      };
    case RecommendationRisk.HIGH:
      return { label: "HIGH", tone: "critical", text: "Can break connections." };
    default:
      return { ...UNKNOWN, text: "The server did not say how dangerous it is." };
  }
}

/** The word for a rollout's state. */
export function rolloutStateWord(state: RolloutState): Word {
  switch (state) {
    case RolloutState.APPROVED:
      return { label: "APPROVED", tone: "busy" };
    case RolloutState.CANARY:
      return { label: "CANARY", tone: "busy" };
    case RolloutState.SOAKING:
      return { label: "SOAKING", tone: "busy" };
    case RolloutState.CONFIRMED:
      return { label: "CONFIRMED", tone: "calm" };
    case RolloutState.REVERTING:
      return { label: "REVERTING", tone: "warning" };
    case RolloutState.REVERTED:
      return { label: "REVERTED", tone: "muted" };
    case RolloutState.FAILED:
      return { label: "FAILED", tone: "critical" };
    default:
      return UNKNOWN;
  }
}

/** The word for how far one sysctl of a target is. */
export function applyStateWord(state: ApplyState): Word {
  switch (state) {
    case ApplyState.PENDING:
      return { label: "PENDING", tone: "busy" };
    case ApplyState.APPLIED:
      return { label: "APPLIED", tone: "calm" };
    case ApplyState.REFUSED:
      return { label: "REFUSED", tone: "critical" };
    case ApplyState.FAILED:
      return { label: "FAILED", tone: "critical" };
    case ApplyState.REVERTED:
      return { label: "REVERTED", tone: "muted" };
    case ApplyState.DRIFTED:
      return { label: "DRIFTED", tone: "warning" };
    default:
      return UNKNOWN;
  }
}
