import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { timestampAt } from "../base/time";
import { EventKind, EventService } from "../gen/berthmaster/v1/event_pb";
import {
  AgentCapability,
  AgentProfile,
  type HostSchema,
  HostService,
  HostState,
} from "../gen/berthmaster/v1/host_pb";
import { IncidentService, IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { PoolService } from "../gen/berthmaster/v1/pool_pb";
import {
  type ProposeChangeRequest,
  type RecommendationSchema,
  RecommendationService,
  RecommendationState,
  type SimulateRecommendationRequest,
} from "../gen/berthmaster/v1/recommendation_pb";
import { type RolloutSchema, RolloutService, RolloutState } from "../gen/berthmaster/v1/rollout_pb";
import { ErrorInfoSchema } from "../gen/google/rpc/error_info_pb";
import { FakeAudit } from "./fake_audit";
import { calmHosts, calmPools } from "./fake_calm";
import { FakeCircle } from "./fake_circle";
import { incident, recommendations, rollout } from "./fake_decisions";
import { INCIDENT, SICK_HOST, SICK_POOL } from "./fake_names";
import { FakeNotices } from "./fake_notices";
import { FakePolicies } from "./fake_policies";
import { FakeProposals } from "./fake_proposals";
import { forecastOf, historyOf, namespacesOf, otherPools, sickPool } from "./fake_sick_pool";
import { FakeSilences } from "./fake_silences";
import { FakeWaves, WAVES_ROLLOUT } from "./fake_waves";

/** What a fake fleet is made of. */
export interface FakeFleetOptions {
  /** Milliseconds since 1970. */
  now(): number;
  /** How many hosts besides the one that runs out. */
  calmHosts?: number;
  /** Whether the sick pool exists. */
  sick?: boolean;
  /** How many targets the rollout in waves has; without any there is none. */
  waveTargets?: number;
}

/** A controller in memory: one host runs towards exhaustion, the others are well. */
export class FakeFleet {
  readonly notices: FakeNotices;
  readonly circle: FakeCircle;
  readonly silences: FakeSilences;
  readonly policies: FakePolicies;
  readonly audit: FakeAudit;
  readonly waves: FakeWaves;
  readonly proposals: FakeProposals;
  /** Thrown by the next check of a proposal. */
  failCheck: ConnectError | undefined;
  /** The newest proposal that was only checked. */
  checked: ProposeChangeRequest | undefined;
  /** The calls that change something, in their order. */
  readonly mutations: { method: string; request: unknown }[] = [];
  /** Thrown by the next mutation instead of doing it. */
  failNext: ConnectError | undefined;
  /** The newest what-if that was asked for. */
  simulated: SimulateRecommendationRequest | undefined;
  private readonly sick: boolean;

  constructor(private readonly options: FakeFleetOptions) {
    this.sick = options.sick ?? true;
    this.notices = new FakeNotices(options.now);
    const tell = (kind: EventKind, name: string) => this.notices.send(kind, name);
    this.circle = new FakeCircle(options.now, tell);
    this.audit = new FakeAudit(options.now);
    this.policies = new FakePolicies(options.now, (method, request) =>
      this.record(method, request),
    );
    this.proposals = new FakeProposals(options.now, tell);
    this.waves = new FakeWaves(options.waveTargets ?? 0, options.now, tell);
    this.silences = new FakeSilences(
      options.now,
      (method, request) => this.record(method, request),
      tell,
    );
  }

  /** Takes a sample of every host: its time is now. */
  sample(): void {
    this.circle.step();
    this.notices.send(EventKind.HOST, SICK_HOST);
    this.notices.send(EventKind.INCIDENT, INCIDENT);
  }

  /** Serves all services that the dashboard calls. */
  routes = (router: ConnectRouter): void => {
    router.service(EventService, {
      watchEvents: (_request, context) => this.notices.watch(context.signal),
    });
    router.service(HostService, {
      listHosts: ({ pageSize, pageToken }) => {
        const hosts = this.hosts();
        const from = Number(pageToken || 0);
        const to = from + (pageSize || 100);
        return { hosts: hosts.slice(from, to), nextPageToken: to < hosts.length ? `${to}` : "" };
      },
      getHost: ({ name }) => ({ host: named(this.hosts(), name) }),
      listNamespaces: ({ parent }) => ({
        namespaces: namespacesOf(parent, this.circle, this.options.now()),
      }),
    });
    router.service(PoolService, {
      listPools: ({ filter, pageSize }) => {
        const pools = this.pools().filter(
          (pool) =>
            pool.name?.startsWith(filter?.byHost ?? "") &&
            (!filter?.byKind || pool.kind === filter.byKind) &&
            (pool.utilization ?? 0) >= (filter?.byUtilizationMin ?? 0) &&
            (!filter?.byDestinationPort || pool.destinationPort === filter.byDestinationPort),
        );
        const size = pageSize || 100;
        return { pools: pools.slice(0, size), nextPageToken: pools.length > size ? "next" : "" };
      },
      getPool: ({ name }) => ({
        pool: { ...named(this.pools(), name), ...forecastOf(name, this.circle) },
      }),
      getPoolHistory: ({ name, startTime }) => ({
        points: historyOf(name, this.circle, startTime, this.options.now()),
      }),
    });
    router.service(IncidentService, {
      listIncidents: ({ filter }) => ({
        incidents: this.incidents().filter(
          (incident) =>
            includes(filter?.byStates, incident.state) &&
            (!filter?.byHost || incident.host === filter.byHost) &&
            (!filter?.byPool || incident.pool === filter.byPool) &&
            (filter?.bySilenced === undefined ||
              filter.bySilenced === (incident.silence !== undefined)),
        ),
      }),
      getIncident: ({ name }) => ({ incident: named(this.incidents(), name) }),
      acknowledgeIncident: (request) => {
        this.record("acknowledgeIncident", request);
        this.circle.incidentState = IncidentState.ACKNOWLEDGED;
        return { incident: named(this.incidents(), request.name) };
      },
      resolveIncident: (request) => {
        this.record("resolveIncident", request);
        this.circle.resolve(request.reason);
        return { incident: named(this.incidents(), request.name) };
      },
    });
    router.service(RecommendationService, {
      listRecommendations: ({ filter }) => ({
        recommendations: this.recommendations().filter(
          (recommendation) =>
            includes(filter?.byStates, recommendation.state) &&
            (!filter?.byIncident || recommendation.incident === filter.byIncident),
        ),
      }),
      getRecommendation: ({ name }) => ({
        recommendation: named(this.recommendations(), name),
      }),
      simulateRecommendation: (request) => {
        this.simulated = request;
        const pool = {
          ...named(this.pools(), request.pool),
          ...forecastOf(request.pool, this.circle),
        };
        const [low, high] = (request.settings["net.ipv4.ip_local_port_range"] ?? "1 400").split(
          " ",
        );
        const capacity = Number(high) - Number(low) + 1;
        const settledUtilization = (561 * (request.rateFactor || 1)) / capacity;
        return {
          before: pool,
          after: { ...pool, capacity, settledUtilization, timeToExhaustion: undefined },
          notes: ["It is reckoned by the fake fleet."],
        };
      },
      proposeChange: (request) => {
        if (request.validateOnly) this.check(request);
        else this.record("proposeChange", request);
        return this.proposals.propose(request);
      },
      approveRecommendation: (request) => {
        this.record("approveRecommendation", request);
        this.circle.approve(request.name, request.reason);
        return { recommendation: named(this.recommendations(), request.name) };
      },
      rejectRecommendation: (request) => {
        this.record("rejectRecommendation", request);
        this.circle.decide(request.name, RecommendationState.REJECTED, request.reason);
        return { recommendation: named(this.recommendations(), request.name) };
      },
    });
    router.service(RolloutService, {
      listRollouts: ({ filter }) => ({
        rollouts: this.rollouts().filter((rollout) => includes(filter?.byStates, rollout.state)),
      }),
      getRollout: ({ name }) => ({ rollout: named(this.rollouts(), name) }),
      pauseRollout: (request) => this.actOnRollout("pause", request),
      resumeRollout: (request) => this.actOnRollout("resume", request),
      promoteRollout: (request) => this.actOnRollout("promote", request),
      abortRollout: (request) => this.actOnRollout("abort", request),
      revertRollout: (request) => this.actOnRollout("revert", request),
    });
    this.silences.serve(router);
    this.policies.serve(router);
    this.audit.serve(router);
  };

  /** Notes a mutation, or throws what was asked for instead. */
  private record(method: string, request: unknown) {
    const failure = this.failNext;
    this.failNext = undefined;
    if (failure) throw failure;
    this.mutations.push({ method, request });
  }

  private check(request: ProposeChangeRequest) {
    const failure = this.failCheck;
    this.failCheck = undefined;
    if (failure) throw failure;
    this.checked = request;
  }

  private actOnRollout(
    verb: "pause" | "resume" | "promote" | "abort" | "revert",
    request: { name: string; reason: string },
  ) {
    this.record(`${verb}Rollout`, request);
    if (request.name === WAVES_ROLLOUT) this.waves.act(verb, request.reason);
    else if (verb === "revert") this.circle.rolloutState = RolloutState.REVERTING;
    return { rollout: named(this.rollouts(), request.name) };
  }

  private hosts(): MessageInitShape<typeof HostSchema>[] {
    const now = this.options.now();
    const calm = calmHosts(this.options.calmHosts ?? 11, now);
    if (!this.sick) return calm;
    const pool = sickPool(this.circle);
    return [
      {
        name: SICK_HOST,
        state: HostState.ATTACHED,
        identity: {
          hostName: "demo-1.example.com",
          kernelRelease: "6.1.0-18-amd64",
          agentVersion: "0.1.0",
          profile: AgentProfile.ENFORCE,
          capabilities: [
            AgentCapability.SOCK_DIAG,
            AgentCapability.APPLY_SYSCTL,
            AgentCapability.BIND_OWNERSHIP,
          ],
          limitations: [
            "Only the agent's own netns: start it with CAP_SYS_ADMIN to see the others.",
          ],
        },
        attachTime: timestampAt(now - 3_600_000),
        sampleTime: pool.sampleTime,
        netnsCount: 2,
        poolCount: 6,
        utilizationMax: pool.utilization,
        worstPool: SICK_POOL,
        headroomMin: pool.headroom,
        openIncidentCount: this.circle.incidentState === IncidentState.RESOLVED ? 0 : 1,
      },
      ...calm,
    ];
  }

  private pools() {
    const calm = calmPools(this.options.calmHosts ?? 11, this.options.now());
    const sick = this.sick ? [sickPool(this.circle), ...otherPools(this.circle)] : [];
    return [...sick, ...calm].sort((a, b) => b.utilization - a.utilization);
  }

  private incidents() {
    return this.sick ? [{ ...incident(this.circle), ...this.silences.mutingOf() }] : [];
  }

  private recommendations(): MessageInitShape<typeof RecommendationSchema>[] {
    return [...this.proposals.made, ...(this.sick ? recommendations(this.circle) : [])];
  }

  private rollouts() {
    return [
      ...(this.waves.total > 0 ? [this.waves.rollout()] : []),
      ...(this.circle.rolloutState === RolloutState.UNSPECIFIED ? [] : [rollout(this.circle)]),
    ] satisfies MessageInitShape<typeof RolloutSchema>[];
  }
}

/** An error as the server sends it, with an ErrorInfo reason. */
export function serverError(code: Code, text: string, reason: string): ConnectError {
  const info = { reason, domain: "berthmaster", metadata: {} };
  return new ConnectError(text, code, undefined, [{ desc: ErrorInfoSchema, value: info }]);
}

function named<T extends { name?: string | undefined }>(all: T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new ConnectError(`There is no ${name}.`, Code.NotFound);
  return found;
}

function includes(states: unknown[] | undefined, state: unknown): boolean {
  return !states || states.length === 0 || states.includes(state);
}
