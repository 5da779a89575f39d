import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { createContext, useContext } from "solid-js";
import { AuditService } from "../gen/berthmaster/v1/audit_pb";
import { EventService } from "../gen/berthmaster/v1/event_pb";
import { HostService } from "../gen/berthmaster/v1/host_pb";
import { IncidentService } from "../gen/berthmaster/v1/incident_pb";
import { PolicyService } from "../gen/berthmaster/v1/policy_pb";
import { PoolService } from "../gen/berthmaster/v1/pool_pb";
import { RecommendationService } from "../gen/berthmaster/v1/recommendation_pb";
import { RolloutService } from "../gen/berthmaster/v1/rollout_pb";
import { SilenceService } from "../gen/berthmaster/v1/silence_pb";
import type { Live } from "./live";

/** No unary call waits longer, in milliseconds; the stream sets its own. */
const CALL_TIMEOUT = 10_000;

/** The services of the contract that the dashboard calls. */
export interface Services {
  audit: Client<typeof AuditService>;
  events: Client<typeof EventService>;
  hosts: Client<typeof HostService>;
  incidents: Client<typeof IncidentService>;
  policies: Client<typeof PolicyService>;
  pools: Client<typeof PoolService>;
  recommendations: Client<typeof RecommendationService>;
  rollouts: Client<typeof RolloutService>;
  silences: Client<typeof SilenceService>;
}

/** All services over one transport. */
export function createServices(transport: Transport): Services {
  return {
    audit: createClient(AuditService, transport),
    events: createClient(EventService, transport),
    hosts: createClient(HostService, transport),
    incidents: createClient(IncidentService, transport),
    policies: createClient(PolicyService, transport),
    pools: createClient(PoolService, transport),
    recommendations: createClient(RecommendationService, transport),
    rollouts: createClient(RolloutService, transport),
    silences: createClient(SilenceService, transport),
  };
}

/** The transport to the server that this page came from: gRPC-Web, binary. */
export function createOriginTransport(): Transport {
  return createGrpcWebTransport({
    baseUrl: window.location.origin,
    defaultTimeoutMs: CALL_TIMEOUT,
  });
}

/** What every page is given. */
export interface Api {
  services: Services;
  live: Live;
}

/** Carries the Api down to the pages. */
export const ApiContext = createContext<Api>();

/** The Api of the dashboard that the calling component stands in. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi outside of ApiContext.Provider");
  return api;
}
