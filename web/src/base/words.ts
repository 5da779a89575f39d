import {
  AgentCapability,
  AgentProfile,
  HostState,
  type NetnsFinding,
  NetnsFindingKind,
  SocketSource,
} from "../gen/berthmaster/v1/host_pb";
import {
  type Incident,
  IncidentCause,
  IncidentSeverity,
  IncidentState,
} from "../gen/berthmaster/v1/incident_pb";
import { type Pool, PoolKind } from "../gen/berthmaster/v1/pool_pb";
import {
  AdviceSeverity,
  RecommendationKind,
  RecommendationRisk,
  RecommendationScope,
  RecommendationState,
} from "../gen/berthmaster/v1/recommendation_pb";
import { SilenceState } from "../gen/berthmaster/v1/silence_pb";

/** How a word is to look: which colour and which mark go with it. */
export type Tone = "calm" | "busy" | "warning" | "critical" | "muted";

/** A word for a person, with its tone. */
export interface Word {
  label: string;
  tone: Tone;
}

/** The word for a value that a newer server sends and this dashboard does not know yet. */
export const UNKNOWN: Word = { label: "unknown", tone: "muted" };

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
    case AgentProfile.OBSERVE_LITE:
      return { label: "observe-lite", tone: "muted" };
    default:
      return UNKNOWN;
  }
}

/** What an agent can see or do, for a person. */
export function capabilityWord(capability: AgentCapability): string {
  switch (capability) {
    case AgentCapability.SOCK_DIAG:
      return "dumps sockets by netlink";
    case AgentCapability.ALL_NETNS:
      return "enters every netns";
    case AgentCapability.APPLY_SYSCTL:
      return "writes sysctls";
    case AgentCapability.CONNECT_FAILURES:
      return "counts connect() that found no port";
    case AgentCapability.BIND_OWNERSHIP:
      return "tells ports made by bind() from those made by connect()";
    case AgentCapability.CONNTRACK:
      return "dumps conntrack entries";
    case AgentCapability.OWNERS:
      return "names the processes that hold sockets";
    default:
      return "unknown";
  }
}

/** Where the socket states of a namespace come from, and what that source cannot see. */
export function sourceWord(source: SocketSource): string {
  switch (source) {
    case SocketSource.NETLINK:
      return "netlink";
    case SocketSource.SS:
      return "ss";
    case SocketSource.PROCFS:
      return "procfs, which shows no socket that is only bound";
    default:
      return "unknown";
  }
}

/** What a finding is: a short name and a sentence. */
export function findingWords(finding: NetnsFinding): { name: string; text: string } {
  const count = finding.socketCount;
  switch (finding.kind) {
    case NetnsFindingKind.SELF_CONNECT:
      return {
        name: "self-connect",
        text: `${count} connected to themselves: a client dialled a local service that is not there, and its port is in the range.`,
      };
    case NetnsFindingKind.RESTART_BLOCKED:
      return {
        name: "restart blocked",
        text: `the listener is gone and ${count} of its connections hold the port: bind() fails with EADDRINUSE unless both listeners use SO_REUSEADDR.`,
      };
    default:
      return { name: "unknown", text: "the server names something this dashboard does not know." };
  }
}

/** A kind of pool: its short name, and what it holds and how its end shows. */
export function poolKindWords(kind: PoolKind): { name: string; text: string } {
  switch (kind) {
    case PoolKind.CONNECT:
      return {
        name: "connect",
        text: "Ports for connect() from this source to this destination. Runs out as EADDRNOTAVAIL.",
      };
    case PoolKind.TIME_WAIT_TABLE:
      return {
        name: "TIME_WAIT table",
        text: "TIME_WAIT and FIN_WAIT_2 of the netns against tcp_max_tw_buckets. Runs out as TCPTimeWaitOverflow.",
      };
    case PoolKind.BIND:
      return {
        name: "bind",
        text: "Ports for bind() to port 0 on this source, whatever the destination. Runs out as EADDRINUSE.",
      };
    case PoolKind.UDP:
      return {
        name: "UDP",
        text: "Ports for UDP sockets on this source, whatever the destination. Runs out as EAGAIN or EADDRINUSE.",
      };
    case PoolKind.SNAT:
      return {
        name: "SNAT",
        text: "Ports for source NAT to this source, towards this destination. Runs out as dropped packets.",
      };
    case PoolKind.CONNTRACK_TABLE:
      return {
        name: "conntrack table",
        text: "conntrack entries of the netns against nf_conntrack_max. Runs out as dropped packets.",
      };
    case PoolKind.LISTENER:
      return {
        name: "listener",
        text: "Connections that wait for accept() against the backlog. Runs out as ListenOverflows.",
      };
    default:
      return {
        name: "unknown",
        text: "The server names a kind that this dashboard does not know.",
      };
  }
}

/** The highest utilization of pools; an accept queue fills and empties within milliseconds and does not count. */
export function worstUtilization(pools: readonly Pool[]): number | undefined {
  const counted = pools.filter((pool) => pool.kind !== PoolKind.LISTENER);
  return counted.length > 0 ? Math.max(...counted.map((pool) => pool.utilization)) : undefined;
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
    case IncidentCause.EARLY_BIND:
      return {
        name: "bind before connect",
        text: "Clients call bind() before connect(): each of their ports is closed to every destination.",
      };
    case IncidentCause.SNAT_POOL:
      return {
        name: "SNAT pool",
        text: "The masquerade range towards one destination is used up: SYNs are dropped on the node.",
      };
    case IncidentCause.CONNTRACK_TABLE:
      return {
        name: "conntrack table",
        text: "Conntrack has as many entries as nf_conntrack_max allows.",
      };
    case IncidentCause.LISTENER_OVERFLOW:
      return {
        name: "listener overflow",
        text: "The accept queue is full: the application accepts too slowly, or its backlog is too short.",
      };
    case IncidentCause.SYN_FLOOD:
      return {
        name: "SYN flood",
        text: "Handshakes that their clients do not complete fill the listener's backlog.",
      };
    case IncidentCause.RESTART_BLOCKED:
      return {
        name: "restart blocked",
        text: "A listener is gone and its port is held in TIME_WAIT: its successor needs SO_REUSEADDR.",
      };
    case IncidentCause.UDP_PORTS:
      return {
        name: "UDP ports",
        text: "UDP sockets hold nearly every port of the range on one address.",
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
    case RecommendationKind.RESERVED_PORTS:
      return "reserve ports";
    case RecommendationKind.SYN_RETRIES:
      return "give up sooner on dead destinations";
    case RecommendationKind.FIN_TIMEOUT:
      return "end orphans in FIN_WAIT_2 sooner";
    case RecommendationKind.CONNTRACK_TABLE:
      return "raise nf_conntrack_max";
    case RecommendationKind.CONNTRACK_TIMEOUT:
      return "shorten conntrack's TIME_WAIT";
    case RecommendationKind.MASQUERADE_RANGE:
      return "widen the masquerade range";
    case RecommendationKind.SYN_COOKIES:
      return "SYN cookies";
    case RecommendationKind.BACKLOG:
      return "lengthen the listener's queues";
    case RecommendationKind.TOPOLOGY:
      return "add addresses or ports";
    case RecommendationKind.COMBINATION:
      return "a combination";
    case RecommendationKind.CUSTOM:
      return "a person's own change";
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

/** How far a change reaches. */
export function scopeWord(scope: RecommendationScope): string {
  switch (scope) {
    case RecommendationScope.NAMESPACE:
      return "this netns";
    case RecommendationScope.HOST:
      return "the whole host";
    case RecommendationScope.WORKLOAD:
      return "one application";
    default:
      return "unknown";
  }
}

/** The word for how much speaks against a setting. */
export function adviceWord(severity: AdviceSeverity): Word {
  switch (severity) {
    case AdviceSeverity.NOTE:
      return { label: "NOTE", tone: "muted" };
    case AdviceSeverity.WARNING:
      return { label: "WARNING", tone: "warning" };
    case AdviceSeverity.ERROR:
      return { label: "DOES NOT HELP", tone: "critical" };
    default:
      return UNKNOWN;
  }
}

/** The word for a silence's state. */
export function silenceStateWord(state: SilenceState): Word {
  switch (state) {
    case SilenceState.PENDING:
      return { label: "PENDING", tone: "muted" };
    case SilenceState.ACTIVE:
      return { label: "ACTIVE", tone: "busy" };
    case SilenceState.EXPIRED:
      return { label: "EXPIRED", tone: "muted" };
    default:
      return UNKNOWN;
  }
}

/** The mark of an incident that a silence mutes. */
export const SILENCED_WORD: Word = { label: "silenced", tone: "muted" };

/** Whether a silence mutes the incident now. */
export function isSilenced(incident: Incident): boolean {
  return incident.silence !== "" && incident.state !== IncidentState.RESOLVED;
}

/** The cause as a selector has it, "time_wait_churn"; empty for one from a later version. */
export function causeSelector(cause: IncidentCause): string {
  return cause === IncidentCause.UNSPECIFIED ? "" : (IncidentCause[cause]?.toLowerCase() ?? "");
}
