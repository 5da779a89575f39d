import { durationOf, timestampAt } from "../base/time";
import { IncidentCause, IncidentSeverity, IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { PoolKind } from "../gen/berthmaster/v1/pool_pb";
import {
  DurableFormKind,
  RecommendationKind,
  RecommendationRisk,
  RecommendationScope,
  RecommendationState,
} from "../gen/berthmaster/v1/recommendation_pb";
import { ApplyState, RolloutState, TargetState } from "../gen/berthmaster/v1/rollout_pb";
import { type FakeCircle, RATE, TIME_WAIT } from "./fake_circle";
import { INCIDENT, RECOMMENDATIONS, ROLLOUT, SICK_HOST, SICK_NETNS, SICK_POOL } from "./fake_names";
import { sickPool } from "./fake_sick_pool";

const CONTENT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/** The incident of the sick pool. */
export function incident(circle: FakeCircle) {
  const pool = sickPool(circle);
  const over = circle.incidentState === IncidentState.RESOLVED;
  return {
    name: INCIDENT,
    state: circle.incidentState,
    severity: IncidentSeverity.CRITICAL,
    cause: IncidentCause.TIME_WAIT_CHURN,
    summary: "10.77.0.1 → 10.77.0.2:8080 in blue on demo-1 runs out of ephemeral ports",
    host: SICK_HOST,
    netns: SICK_NETNS,
    netnsLabel: "blue",
    pool: SICK_POOL,
    poolKind: PoolKind.CONNECT,
    sourceAddress: "10.77.0.1",
    destinationAddress: "10.77.0.2",
    destinationPort: 8080,
    evidence: [
      { fact: "TIME_WAIT share of the pool", value: `99 % (${pool.inUse - 4} of ${pool.inUse})` },
      { fact: "new connections", value: "9.2 per second, open for 12 ms" },
      { fact: "this side closes first", value: "100 % of the closes" },
    ],
    utilization: pool.utilization,
    utilizationMax: Math.max(pool.utilization, over ? 0.98 : 0),
    settledUtilization: pool.settledUtilization,
    ...(pool.timeToExhaustion && !over ? { timeToExhaustion: pool.timeToExhaustion } : {}),
    openTime: timestampAt(circle.startTime + 12_000),
    updateTime: timestampAt(circle.sampleTime),
    ...(circle.incidentState === IncidentState.ACKNOWLEDGED
      ? { acknowledgeTime: timestampAt(circle.now()), acknowledger: "local" }
      : {}),
    ...(over
      ? { resolveTime: timestampAt(circle.now()), resolveReason: circle.resolveReason }
      : {}),
    timeline: [
      {
        eventTime: timestampAt(circle.startTime + 12_000),
        text: "Opened: exhaustion is forecast within 5 minutes.",
      },
      {
        eventTime: timestampAt(circle.startTime + 14_000),
        text: "Two recommendations were made.",
      },
    ],
    members: [
      {
        host: SICK_HOST,
        netns: SICK_NETNS,
        netnsLabel: "blue",
        pool: SICK_POOL,
        poolKind: PoolKind.CONNECT,
        severity: IncidentSeverity.CRITICAL,
        utilization: pool.utilization,
        ...(pool.timeToExhaustion && !over ? { timeToExhaustion: pool.timeToExhaustion } : {}),
        joinTime: timestampAt(circle.startTime + 12_000),
        labels: { process: "checkout", pid: "4711", unit: "shop.service" },
      },
      {
        host: "hosts/demo-2",
        netns: "hosts/demo-2/netns/5000",
        netnsLabel: "green",
        pool: "hosts/demo-2/netns/5000/pools/10.77.3.1-10.77.0.2-8080",
        poolKind: PoolKind.CONNECT,
        severity: IncidentSeverity.WARNING,
        utilization: 0.41,
        joinTime: timestampAt(circle.startTime + 20_000),
        labels: { process: "checkout", pid: "812", unit: "shop-2.service" },
      },
    ],
    memberCount: 3,
    etag: `incident-${circle.incidentState}`,
  };
}

/** Its recommendations, the preferred one first. */
export function recommendations(circle: FakeCircle) {
  const [first, second] = RECOMMENDATIONS;
  const common = {
    incident: INCIDENT,
    host: SICK_HOST,
    netns: SICK_NETNS,
    netnsLabel: "blue",
    pool: SICK_POOL,
    proposer: "berthmaster",
    plan: {},
    targetCount: 1,
    createTime: timestampAt(circle.startTime + 14_000),
    updateTime: timestampAt(circle.startTime + 14_000),
  };
  const before = {
    capacity: 400,
    utilization: 0.6,
    settledUtilization: (RATE * TIME_WAIT) / 400,
    timeToExhaustion: durationOf(17_000),
  };
  return [
    {
      ...common,
      ...decisionOf(first, circle),
      name: first,
      kind: RecommendationKind.WIDEN_RANGE,
      summary: "Widen the local port range of blue to 32768–60999",
      rationale:
        "The load needs 561 places at once and the range holds 400. The kernel's default range holds " +
        "28,232; no listener of this netns stands in it.",
      rank: 1,
      changes: [
        {
          sysctl: "net.ipv4.ip_local_port_range",
          expectedValue: "40000 40399",
          desiredValue: "32768 60999",
        },
      ],
      evidence: [
        { fact: "places needed when settled", value: "561" },
        { fact: "capacity of the range", value: "400" },
      ],
      whatIf: {
        before,
        after: { capacity: 28232, utilization: 0.009, settledUtilization: 0.0199 },
      },
      risk: RecommendationRisk.LOW,
      caveats: ["A listener that is started later within the range takes a place of it."],
      reversibility:
        "The agent writes 40000 40399 back; sockets beyond it live on until they close.",
      durableForms: [
        {
          kind: DurableFormKind.SYSCTL_DROP_IN,
          place: "/etc/sysctl.d/60-berthmaster.conf",
          text: "net.ipv4.ip_local_port_range = 32768 60999\n",
        },
      ],
      scope: RecommendationScope.NAMESPACE,
      preconditions: ["no port that a service is known to need is in the new part"],
      etag: `r-1-${circle.decisions.get(first)?.state ?? 0}`,
    },
    {
      ...common,
      ...decisionOf(second, circle),
      name: second,
      kind: RecommendationKind.POOLING,
      summary: "Keep 2 connections to 10.77.0.2:8080 open and reuse them",
      rationale: "Each request makes a connection of its own that lives for 12 ms.",
      rank: 2,
      pooling: {
        connectionPoolSize: 2,
        connectionRate: RATE,
        holdTime: durationOf(12),
        portsSaved: 559,
      },
      evidence: [{ fact: "connections busy at once", value: "0.11" }],
      whatIf: {
        before,
        after: { capacity: 400, utilization: 0.005, settledUtilization: 0.005 },
      },
      risk: RecommendationRisk.LOW,
      scope: RecommendationScope.WORKLOAD,
      snippets: [{ product: "nginx", place: "in http {}", text: "keepalive 2;\n" }],
      topology: { moreSourceAddresses: 1, moreDestinationPorts: 1 },
      caveats: ["The application has to be changed."],
      reversibility: "Nothing is written by the agent.",
      etag: `r-2-${circle.decisions.get(second)?.state ?? 0}`,
    },
  ];
}

function decisionOf(name: string, circle: FakeCircle) {
  return {
    approvals: circle.approvalsOf(name).map(({ decider, reason, time }) => ({
      decider,
      reason,
      decideTime: timestampAt(time),
      contentSha256: CONTENT,
    })),
    approvalsRequired: circle.approvalsRequired,
    ...outcomeOf(name, circle),
  };
}

function outcomeOf(name: string, circle: FakeCircle) {
  const decided = circle.decisions.get(name);
  if (!decided) {
    const over = circle.incidentState === IncidentState.RESOLVED;
    return { state: over ? RecommendationState.EXPIRED : RecommendationState.PROPOSED };
  }
  return {
    state: decided.state,
    decision: {
      decider: "local",
      reason: decided.reason,
      decideTime: timestampAt(decided.time),
      contentSha256: CONTENT,
    },
    rollout: circle.approvedName === name ? ROLLOUT : "",
  };
}

/** The rollout of the approved one. */
export function rollout(circle: FakeCircle) {
  const written =
    circle.rolloutState !== RolloutState.APPROVED && circle.rolloutState !== RolloutState.CANARY;
  const reverted = circle.rolloutState === RolloutState.REVERTED;
  return {
    name: ROLLOUT,
    state: circle.rolloutState,
    recommendation: RECOMMENDATIONS[0],
    incident: INCIDENT,
    targets: [
      {
        name: `${ROLLOUT}/targets/0`,
        host: SICK_HOST,
        netns: SICK_NETNS,
        netnsLabel: "blue",
        sysctls: [
          {
            change: {
              sysctl: "net.ipv4.ip_local_port_range",
              expectedValue: "40000 40399",
              desiredValue: "32768 60999",
            },
            appliedValue: written && !reverted ? "32768 60999" : "",
            effectiveValue: circle.range,
            state: reverted
              ? ApplyState.REVERTED
              : written
                ? ApplyState.APPLIED
                : ApplyState.PENDING,
          },
        ],
        revision: written ? 3n : 0n,
        wave: 0,
        state: TARGET_STATES.get(circle.rolloutState) ?? TargetState.WAITING,
        message: "",
        stateTime: timestampAt(circle.sampleTime),
        before: { capacity: 400, utilization: 0.98, settledUtilization: 1.4 },
      },
    ],
    plan: {},
    wave: 0,
    waveCount: 1,
    stopReason: reverted ? "reverting: local" : "",
    targetCounts: {
      total: 1,
      ...(circle.rolloutState === RolloutState.CONFIRMED ? { holding: 1 } : { applying: 1 }),
    },
    message: `The rollout is ${RolloutState[circle.rolloutState]?.toLowerCase()}.`,
    createTime: timestampAt(circle.decisions.get(circle.approvedName)?.time ?? 0),
    updateTime: timestampAt(circle.sampleTime),
    approver: "local",
    etag: `o-1-${circle.rolloutState}`,
  };
}

const TARGET_STATES = new Map([
  [RolloutState.APPROVED, TargetState.SENT],
  [RolloutState.CANARY, TargetState.SENT],
  [RolloutState.SOAKING, TargetState.SOAKING],
  [RolloutState.CONFIRMED, TargetState.HOLDING],
  [RolloutState.REVERTING, TargetState.REVERTING],
  [RolloutState.REVERTED, TargetState.REVERTED],
]);
