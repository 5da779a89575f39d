import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Accessor } from "solid-js";
import { serverNow } from "../base/clock";
import { timestampAt } from "../base/time";
import { EventKind } from "../gen/berthmaster/v1/event_pb";
import type { Host } from "../gen/berthmaster/v1/host_pb";
import type { Incident } from "../gen/berthmaster/v1/incident_pb";
import type { ApprovalPolicy, GetDetectionPolicyResponse } from "../gen/berthmaster/v1/policy_pb";
import type { GetPoolHistoryResponse, Pool } from "../gen/berthmaster/v1/pool_pb";
import type {
  Recommendation,
  SimulateRecommendationRequestSchema,
  SimulateRecommendationResponse,
} from "../gen/berthmaster/v1/recommendation_pb";
import type { Rollout } from "../gen/berthmaster/v1/rollout_pb";
import { concernsHostOf } from "./lists";
import { useApi } from "./services";
import { createWatched, type Watched } from "./watched";

// The server never leaves the one field of a Get answer out; if one does, it is a broken answer.
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("The server's answer is empty.");
  return value;
}

/** One host, kept current. */
export function createHost(name: Accessor<string>): Watched<Host> {
  const { services } = useApi();
  return createWatched<string, Host>({
    key: name,
    fetch: async (wanted, signal) =>
      present((await services.hosts.getHost({ name: wanted }, { signal })).host),
    concerns: (notice, wanted) => notice.kind === EventKind.HOST && notice.name === wanted,
  });
}

/** One pool with its forecast, kept current. */
export function createPool(name: Accessor<string>): Watched<Pool> {
  const { services } = useApi();
  return createWatched<string, Pool>({
    key: name,
    fetch: async (wanted, signal) =>
      present((await services.pools.getPool({ name: wanted }, { signal })).pool),
    concerns: (notice, wanted) => concernsHostOf(wanted, notice),
  });
}

/** Which part of a pool's history to read. */
export interface HistoryQuery {
  name: string;
  /** How far back from now, in milliseconds. */
  span: number;
  pointsMax: number;
}

/** A part of a pool's history that ends now, kept current. */
export function createPoolHistory(query: Accessor<HistoryQuery>): Watched<GetPoolHistoryResponse> {
  const { services } = useApi();
  return createWatched<HistoryQuery, GetPoolHistoryResponse>({
    key: query,
    fetch: ({ name, span, pointsMax }, signal) => {
      // No end_time: the server's own "now" also covers a sample of this very second.
      const startTime = timestampAt(serverNow() - span);
      const request = { name, startTime, maxPoints: pointsMax };
      return services.pools.getPoolHistory(request, { signal });
    },
    concerns: (notice, { name }) => concernsHostOf(name, notice),
    whole: true,
  });
}

/** One incident, kept current. */
export function createIncident(name: Accessor<string>): Watched<Incident> {
  const { services } = useApi();
  return createWatched<string, Incident>({
    key: name,
    fetch: async (wanted, signal) =>
      present((await services.incidents.getIncident({ name: wanted }, { signal })).incident),
    concerns: (notice, wanted) => notice.kind === EventKind.INCIDENT && notice.name === wanted,
  });
}

/** One recommendation, kept current. */
export function createRecommendation(name: Accessor<string>): Watched<Recommendation> {
  const { services } = useApi();
  return createWatched<string, Recommendation>({
    key: name,
    fetch: async (wanted, signal) => {
      const answer = await services.recommendations.getRecommendation({ name: wanted }, { signal });
      return present(answer.recommendation);
    },
    concerns: (notice, wanted) =>
      notice.kind === EventKind.RECOMMENDATION && notice.name === wanted,
  });
}

/** A pool with something about it changed, forecast again with each sample of its host. */
export function createSimulation(
  request: Accessor<MessageInitShape<typeof SimulateRecommendationRequestSchema>>,
): Watched<SimulateRecommendationResponse> {
  const { services } = useApi();
  return createWatched({
    key: request,
    fetch: (wanted, signal) => services.recommendations.simulateRecommendation(wanted, { signal }),
    concerns: (notice, wanted) => concernsHostOf(wanted.pool ?? "", notice),
    whole: true,
  });
}

/** One rollout, kept current. */
export function createRollout(name: Accessor<string>): Watched<Rollout> {
  const { services } = useApi();
  return createWatched<string, Rollout>({
    key: name,
    fetch: async (wanted, signal) =>
      present((await services.rollouts.getRollout({ name: wanted }, { signal })).rollout),
    concerns: (notice, wanted) => notice.kind === EventKind.ROLLOUT && notice.name === wanted,
  });
}

/** The detection policy with its defaults and bounds, as it is when the page is opened. */
export function createDetectionPolicy(): Watched<GetDetectionPolicyResponse> {
  const { services } = useApi();
  return createWatched<null, GetDetectionPolicyResponse>({
    key: () => null,
    fetch: (_key, signal) => services.policies.getDetectionPolicy({}, { signal }),
    concerns: () => false,
    whole: true,
  });
}

/** The approval policy as it is when the page is opened. */
export function createApprovalPolicy(): Watched<ApprovalPolicy> {
  const { services } = useApi();
  return createWatched<null, ApprovalPolicy>({
    key: () => null,
    fetch: async (_key, signal) =>
      present((await services.policies.getApprovalPolicy({}, { signal })).policy),
    concerns: () => false,
    whole: true,
  });
}
