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
  kind: "host" | "pool" | "incident" | "recommendation",
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

/** The berthctl command that shows a rollout wave by wave. */
export function statusCommand(name: string): string {
  return `berthctl rollout status ${shellWord(name)}`;
}

/** The berthctl command that does to a rollout what a button of its page does. */
export function rolloutCommand(
  verb: "pause" | "resume" | "promote" | "abort" | "revert",
  name: string,
): string {
  return `berthctl rollout ${verb} ${shellWord(name)} ${REASON}`;
}

/** A change that a person proposes, as the form has it. */
export interface ProposalText {
  values: readonly { name: string; value: string }[];
  selector: readonly { name: string; value: string }[];
  canary: number;
  /** As typed: "10%, 50%". */
  waves: string;
  soak: string;
  failed: number;
  follow: boolean;
  persist: boolean;
  pause: boolean;
  reason: string;
}

// A comma separates labels in one flag; one that stands in a value is written with a backslash.
function withoutCommas({ name, value }: { name: string; value: string }) {
  return { name, value: value.replace(/[\\,]/g, "\\$&") };
}

/** The berthctl command that proposes a change. */
export function proposeCommand(proposal: ProposalText): string {
  const pairs = (flag: string, rows: ProposalText["values"]) =>
    rows.map(({ name, value }) => `${flag} ${shellWord(`${name}=${value}`)}`);
  return [
    "berthctl propose",
    ...pairs("--set", proposal.values),
    ...pairs("--selector", proposal.selector.map(withoutCommas)),
    ...(proposal.canary > 0 ? [`--canary ${proposal.canary}`] : []),
    ...proposal.waves
      .split(",")
      .map((wave) => wave.replace(/\s+/g, ""))
      .filter((wave) => wave !== "")
      .map((wave) => `--wave ${shellWord(wave)}`),
    ...(proposal.soak.trim() === ""
      ? []
      : [`--soak ${shellWord(proposal.soak.replace(/\s+/g, ""))}`]),
    ...(proposal.failed > 0 ? [`--max-failed ${proposal.failed}`] : []),
    ...(proposal.follow ? ["--follow"] : []),
    ...(proposal.persist ? ["--persist"] : []),
    ...(proposal.pause ? ["--pause-after-canary"] : []),
    proposal.reason === "" ? REASON : `--reason ${shellWord(proposal.reason)}`,
  ].join(" ");
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

/** The berthctl command that lists what was done, narrowed by actions ("approved") and key=value tokens. */
export function auditCommand(
  actions: readonly string[],
  tokens: ReadonlyMap<string, string>,
): string {
  return [
    "berthctl audit list",
    ...actions.map((action) => `--action ${shellWord(action)}`),
    ...[...tokens].map(([key, value]) => `--${key} ${shellWord(value)}`),
  ].join(" ");
}
