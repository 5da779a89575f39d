import { shellWord } from "./shell";

/** What stands where a person has to write a reason. */
const REASON = `--reason "…"`;

/** The berthctl command that lists a collection, for example "pools". */
export function getCommand(
  collection: "pools" | "hosts" | "incidents" | "recommendations" | "rollouts" | "silences",
): string {
  return `berthctl get ${collection}`;
}

/** The berthctl command that shows one resource. */
export function describeCommand(
  kind: "host" | "pool" | "incident" | "recommendation" | "rollout",
  name: string,
): string {
  return `berthctl describe ${kind} ${shellWord(name)}`;
}

/** The berthctl command that does to a resource what a button of its page does. */
export function actionCommand(
  verb: "ack" | "resolve" | "approve" | "reject" | "revert",
  name: string,
): string {
  const command = `berthctl ${verb} ${shellWord(name)}`;
  return verb === "ack" ? command : `${command} ${REASON}`;
}

/** The berthctl command that makes a silence of `selector` for `hours`. */
export function silenceCommand(selector: Readonly<Record<string, string>>, hours: number): string {
  const labels = Object.entries(selector)
    .map(([name, value]) => `--label ${shellWord(`${name}=${value}`)} `)
    .join("");
  return `berthctl silence create ${labels}--for ${hours}h ${REASON}`;
}

/** The berthctl command that ends a silence before its time. */
export function expireCommand(name: string): string {
  return `berthctl silence expire ${shellWord(name)}`;
}
