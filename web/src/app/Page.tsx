import type { JSX } from "solid-js";
import type { Route } from "../base/routes";
import { AuditPage } from "../pages/AuditPage";
import { FleetPage } from "../pages/FleetPage";
import { HostPage } from "../pages/HostPage";
import { HostsPage } from "../pages/HostsPage";
import { IncidentPage } from "../pages/IncidentPage";
import { IncidentsPage } from "../pages/IncidentsPage";
import { MissingPage } from "../pages/MissingPage";
import { PoliciesPage } from "../pages/PoliciesPage";
import { PoolPage } from "../pages/PoolPage";
import { ProposePage } from "../pages/ProposePage";
import { RecommendationPage } from "../pages/RecommendationPage";
import { RecommendationsPage } from "../pages/RecommendationsPage";
import { RolloutPage } from "../pages/RolloutPage";
import { RolloutsPage } from "../pages/RolloutsPage";
import { SilencesPage } from "../pages/SilencesPage";

/** The page of a route. */
export function Page(props: { route: Route }): JSX.Element {
  const route = props.route;
  switch (route.page) {
    case "fleet":
      return <FleetPage />;
    case "hosts":
      return <HostsPage />;
    case "host":
      return <HostPage name={route.name} />;
    case "pool":
      return <PoolPage name={route.name} />;
    case "incidents":
      return <IncidentsPage />;
    case "incident":
      return <IncidentPage name={route.name} />;
    case "recommendations":
      return <RecommendationsPage />;
    case "recommendation":
      return <RecommendationPage name={route.name} />;
    case "rollouts":
      return <RolloutsPage />;
    case "rollout":
      return <RolloutPage name={route.name} />;
    case "silences":
      return <SilencesPage />;
    case "policies":
      return <PoliciesPage />;
    case "audit":
      return <AuditPage />;
    case "propose":
      return <ProposePage />;
    case "missing":
      return <MissingPage />;
  }
}
