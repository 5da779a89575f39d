/** The names of the resources that the circle of a fake fleet is about. */
export const SICK_HOST = "hosts/demo-1";
export const SICK_NETNS = `${SICK_HOST}/netns/4711`;
export const SICK_POOL = `${SICK_NETNS}/pools/10.77.0.1-10.77.0.2-8080`;
export const INCIDENT = "incidents/i-1";
export const RECOMMENDATIONS = ["recommendations/r-1", "recommendations/r-2"] as const;
export const ROLLOUT = "rollouts/o-1";
