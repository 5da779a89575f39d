import { createContext, useContext } from "solid-js";
import type { Incident } from "../gen/berthmaster/v1/incident_pb";
import { type Recommendation, RecommendationState } from "../gen/berthmaster/v1/recommendation_pb";
import { createIncidentList, createRecommendationList, UNRESOLVED } from "./lists";
import type { Listed } from "./paging";
import type { Watched } from "./watched";

/** What waits for a person, read once for the whole dashboard. */
export interface Attention {
  /** Incidents that are neither resolved nor silenced. */
  incidents: Watched<Listed<Incident>>;
  /** Recommendations that wait for a decision. */
  recommendations: Watched<Listed<Recommendation>>;
}

/** Reads what waits for a person and keeps it current. */
export function createAttention(): Attention {
  return {
    incidents: createIncidentList(() => ({
      states: UNRESOLVED,
      host: "",
      pool: "",
      silenced: false,
    })),
    recommendations: createRecommendationList(() => ({
      states: [RecommendationState.PROPOSED],
      incident: "",
    })),
  };
}

/** Carries the Attention down to the pages. */
export const AttentionContext = createContext<Attention>();

/** The Attention of the dashboard that the calling component stands in. */
export function useAttention(): Attention {
  const attention = useContext(AttentionContext);
  if (!attention) throw new Error("useAttention outside of AttentionContext.Provider");
  return attention;
}
