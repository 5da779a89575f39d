import type { Incident } from "../gen/berthmaster/v1/incident_pb";

/** A label that a silence could select by. */
export interface LabelChoice {
  name: string;
  value: string;
  /** Whether it is chosen unless a person says otherwise. */
  chosen: boolean;
}

/** Labels that are others after the next restart: a silence by them ends with the process. */
const FLEETING = new Set(["pid", "pod_uid", "container_id"]);

/**
 * The labels that all listed pools of an incident have in common, of which a silence can be made.
 * Chosen are host and netns; an incident on many hosts is chosen by the labels that they share.
 */
export function labelChoices(incident: Incident, cause: string): LabelChoice[] {
  const pools = incident.members.map((member) => ({
    host: member.host,
    netns: member.netnsLabel,
    labels: member.labels,
  }));
  if (pools.length === 0) {
    pools.push({ host: incident.host, netns: incident.netnsLabel, labels: {} });
  }
  const first = pools[0];
  if (!first) return [];
  const oneHost = pools.every((pool) => pool.host === first.host);
  const choices: LabelChoice[] = [];
  if (oneHost) {
    choices.push({ name: "host", value: first.host.slice("hosts/".length), chosen: true });
  }
  if (first.netns !== "" && pools.every((pool) => pool.netns === first.netns)) {
    choices.push({ name: "netns", value: first.netns, chosen: true });
  }
  for (const [name, value] of Object.entries(first.labels).sort()) {
    if (FLEETING.has(name) || value === "") continue;
    if (!pools.every((pool) => pool.labels[name] === value)) continue;
    choices.push({ name, value, chosen: !oneHost });
  }
  if (cause !== "") {
    choices.push({ name: "cause", value: cause, chosen: !choices.some((one) => one.chosen) });
  }
  return choices;
}

/** A selector as text, "host=web-1, netns=blue"; empty for one that selects everything. */
export function selectorText(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .sort()
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}
