import type { Accessor } from "solid-js";
import { serverNow } from "../base/clock";
import { hostNameOf } from "../base/names";
import { timestampAt } from "../base/time";
import type { AuditAction, AuditEntry } from "../gen/berthmaster/v1/audit_pb";
import { EventKind } from "../gen/berthmaster/v1/event_pb";
import type { Host, Netns } from "../gen/berthmaster/v1/host_pb";
import { type Incident, IncidentState } from "../gen/berthmaster/v1/incident_pb";
import type { Pool, PoolKind } from "../gen/berthmaster/v1/pool_pb";
import type { Recommendation, RecommendationState } from "../gen/berthmaster/v1/recommendation_pb";
import type { Rollout, RolloutState } from "../gen/berthmaster/v1/rollout_pb";
import type { Silence, SilenceState } from "../gen/berthmaster/v1/silence_pb";
import { type Listed, PAGE_SIZE_MAX, readPages } from "./paging";
import { useApi } from "./services";
import { createWatched, type Watched } from "./watched";

/** States of an incident that is not over. */
export const UNRESOLVED = [IncidentState.OPEN, IncidentState.ACKNOWLEDGED];

/** All hosts, kept current. */
export function createHostList(): Watched<Listed<Host>> {
  const { services } = useApi();
  return createWatched<null, Listed<Host>>({
    key: () => null,
    fetch: (_key, signal, partial) =>
      readPages(async (pageToken) => {
        const page = await services.hosts.listHosts(
          { pageSize: PAGE_SIZE_MAX, pageToken },
          { signal },
        );
        return { items: page.hosts, nextPageToken: page.nextPageToken };
      }, partial),
    concerns: (notice) => notice.kind === EventKind.HOST || notice.kind === EventKind.INCIDENT,
  });
}

/** The namespaces of one host, kept current. */
export function createNetnsList(host: Accessor<string>): Watched<Listed<Netns>> {
  const { services } = useApi();
  return createWatched<string, Listed<Netns>>({
    key: host,
    fetch: (parent, signal, partial) =>
      readPages(async (pageToken) => {
        const page = await services.hosts.listNamespaces(
          { parent, pageSize: PAGE_SIZE_MAX, pageToken },
          { signal },
        );
        return {
          items: page.namespaces,
          nextPageToken: page.nextPageToken,
          unreachable: page.unreachable,
        };
      }, partial),
    concerns: (notice, parent) => notice.kind === EventKind.HOST && notice.name === parent,
  });
}

/** Which pools to list; fields as in PoolFilter, empty ones mean any. */
export interface PoolQuery {
  host: string;
  destinationAddress: string;
  destinationPort: number;
  kind: PoolKind;
  /** 0 to 1. */
  utilizationMin: number;
  /** How many pools at most; above one page, whole pages are read. */
  limit: number;
}

/** The pools nearest to exhaustion, kept current. */
export function createPoolList(query: Accessor<PoolQuery>): Watched<Listed<Pool>> {
  const { services } = useApi();
  return createWatched<PoolQuery, Listed<Pool>>({
    key: query,
    fetch: (wanted, signal) => {
      const filter = {
        byHost: wanted.host,
        byDestinationAddress: wanted.destinationAddress,
        byDestinationPort: wanted.destinationPort,
        byKind: wanted.kind,
        byUtilizationMin: wanted.utilizationMin,
      };
      const pageSize = Math.min(wanted.limit, PAGE_SIZE_MAX);
      return readPages(
        async (pageToken) => {
          const page = await services.pools.listPools({ filter, pageSize, pageToken }, { signal });
          return {
            items: page.pools,
            nextPageToken: page.nextPageToken,
            unreachable: page.unreachable,
          };
        },
        undefined,
        Math.ceil(wanted.limit / PAGE_SIZE_MAX),
      );
    },
    concerns: (notice, wanted) =>
      notice.kind === EventKind.HOST && (wanted.host === "" || notice.name === wanted.host),
  });
}

/** Which incidents to list; empty fields mean any. */
export interface IncidentQuery {
  states: IncidentState[];
  host: string;
  pool: string;
  /** Only those that are silenced, or that are not. */
  silenced?: boolean;
}

/** Incidents, newest first, kept current; one page of them. */
export function createIncidentList(query: Accessor<IncidentQuery>): Watched<Listed<Incident>> {
  const { services } = useApi();
  return createWatched<IncidentQuery, Listed<Incident>>({
    key: query,
    fetch: async ({ states, host, pool, silenced }, signal) => {
      const filter = {
        byStates: states,
        byHost: host,
        byPool: pool,
        ...(silenced === undefined ? {} : { bySilenced: silenced }),
      };
      const page = await services.incidents.listIncidents(
        { filter, pageSize: PAGE_SIZE_MAX },
        { signal },
      );
      return { items: page.incidents, more: page.nextPageToken !== "", unreachable: [] };
    },
    concerns: (notice) => notice.kind === EventKind.INCIDENT,
  });
}

/** Which recommendations to list; empty fields mean any. */
export interface RecommendationQuery {
  states: RecommendationState[];
  incident: string;
}

/** Recommendations, newest first, kept current; one page of them. */
export function createRecommendationList(
  query: Accessor<RecommendationQuery>,
): Watched<Listed<Recommendation>> {
  const { services } = useApi();
  return createWatched<RecommendationQuery, Listed<Recommendation>>({
    key: query,
    fetch: async ({ states, incident }, signal) => {
      const filter = { byStates: states, byIncident: incident };
      const page = await services.recommendations.listRecommendations(
        { filter, pageSize: PAGE_SIZE_MAX },
        { signal },
      );
      return { items: page.recommendations, more: page.nextPageToken !== "", unreachable: [] };
    },
    concerns: (notice) => notice.kind === EventKind.RECOMMENDATION,
  });
}

/** Rollouts, newest first, kept current; one page of them. */
export function createRolloutList(states: Accessor<RolloutState[]>): Watched<Listed<Rollout>> {
  const { services } = useApi();
  return createWatched<RolloutState[], Listed<Rollout>>({
    key: states,
    fetch: async (byStates, signal) => {
      const page = await services.rollouts.listRollouts(
        { filter: { byStates }, pageSize: PAGE_SIZE_MAX },
        { signal },
      );
      return { items: page.rollouts, more: page.nextPageToken !== "", unreachable: [] };
    },
    concerns: (notice) => notice.kind === EventKind.ROLLOUT,
  });
}

/** Silences, newest first, kept current; one page of them. */
export function createSilenceList(states: Accessor<SilenceState[]>): Watched<Listed<Silence>> {
  const { services } = useApi();
  return createWatched<SilenceState[], Listed<Silence>>({
    key: states,
    fetch: async (byStates, signal) => {
      const page = await services.silences.listSilences(
        { filter: { byStates }, pageSize: PAGE_SIZE_MAX },
        { signal },
      );
      return { items: page.silences, more: page.nextPageToken !== "", unreachable: [] };
    },
    // One that ends by its time is not told of; the incidents that it muted are.
    concerns: (notice) => notice.kind === EventKind.SILENCE || notice.kind === EventKind.INCIDENT,
  });
}

/** Which audit entries to list; empty fields mean any. */
export interface AuditQuery {
  actions: AuditAction[];
  actor: string;
  object: string;
  host: string;
  /** How far back from now, in milliseconds; 0 means to the beginning. */
  span: number;
}

/** With a filter that little matches a page may be nearly empty, so that several are read. */
const AUDIT_PAGES_MAX = 5;

/** What is done and told of; a policy that is set is not. */
const AUDITED = [
  EventKind.INCIDENT,
  EventKind.RECOMMENDATION,
  EventKind.ROLLOUT,
  EventKind.SILENCE,
];

/** Audit entries, newest first, kept current. */
export function createAuditList(query: Accessor<AuditQuery>): Watched<Listed<AuditEntry>> {
  const { services } = useApi();
  return createWatched<AuditQuery, Listed<AuditEntry>>({
    key: query,
    fetch: ({ actions, actor, object, host, span }, signal) => {
      const filter = {
        byActions: actions,
        byActor: actor,
        byObject: object,
        byHost: host,
        ...(span > 0 ? { byStartTime: timestampAt(serverNow() - span) } : {}),
      };
      return readPages(
        async (pageToken) => {
          const page = await services.audit.listAuditEntries(
            { filter, pageSize: PAGE_SIZE_MAX, pageToken },
            { signal },
          );
          return { items: page.auditEntries, nextPageToken: page.nextPageToken };
        },
        undefined,
        AUDIT_PAGES_MAX,
      );
    },
    concerns: (notice) => AUDITED.includes(notice.kind),
    whole: true,
  });
}

/** Whether a host notice concerns something below that host. */
export function concernsHostOf(name: string, notice: { kind: EventKind; name: string }): boolean {
  return notice.kind === EventKind.HOST && notice.name === hostNameOf(name);
}
