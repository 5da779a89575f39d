import { EventKind } from "../gen/berthmaster/v1/event_pb";
import { IncidentState } from "../gen/berthmaster/v1/incident_pb";
import { RecommendationState } from "../gen/berthmaster/v1/recommendation_pb";
import { RolloutState } from "../gen/berthmaster/v1/rollout_pb";
import { INCIDENT, RECOMMENDATIONS, ROLLOUT } from "./fake_names";

/** The port ranges of the sick namespace before and after the rollout, and what they hold. */
const NARROW = { range: "40000 40399", capacity: 400 };
const WIDE = { range: "32768 60999", capacity: 28232 };

/** New connections per second of the sick pool. */
export const RATE = 9.2;

/** How long a connection keeps its port in TIME_WAIT, in seconds. */
export const TIME_WAIT = 61;

/** How long the load is on already when the fake begins, in milliseconds. */
const HEAD_START = 26_000;

/** Where the one incident of a fake fleet stands between its first sample and its end. */
export class FakeCircle {
  incidentState = IncidentState.OPEN;
  resolveReason = "";
  rolloutState = RolloutState.UNSPECIFIED;
  approvedName = "";
  /** How many different people must approve. */
  approvalsRequired = 1;
  sampleTime: number;
  readonly decisions = new Map<
    string,
    { state: RecommendationState; reason: string; time: number }
  >();
  readonly startTime: number;
  private readonly approvals = new Map<
    string,
    { decider: string; reason: string; time: number }[]
  >();

  constructor(
    readonly now: () => number,
    private readonly tell: (kind: EventKind, name: string) => void,
  ) {
    this.sampleTime = now();
    this.startTime = now() - HEAD_START;
  }

  /** Whether the approved change is in force. */
  get applied(): boolean {
    return (
      this.rolloutState === RolloutState.SOAKING || this.rolloutState === RolloutState.CONFIRMED
    );
  }

  get range(): string {
    return this.applied ? WIDE.range : NARROW.range;
  }

  get capacity(): number {
    return this.applied ? WIDE.capacity : NARROW.capacity;
  }

  /** Sockets in use at a moment, by the model of design section 3. */
  inUseAt(time: number): number {
    const elapsed = Math.max(0, (time - this.startTime) / 1000);
    return Math.min(this.capacity, Math.round(RATE * Math.min(elapsed, TIME_WAIT)));
  }

  /** One sample: the figures are of now, and a rollout goes one state further. */
  step(): void {
    this.sampleTime = this.now();
    const next = NEXT.get(this.rolloutState);
    if (next === undefined) return;
    this.rolloutState = next;
    this.tell(EventKind.ROLLOUT, ROLLOUT);
    if (next === RolloutState.CONFIRMED)
      this.resolve("The forecast no longer reaches the capacity.");
  }

  /** Who has approved a recommendation so far. */
  approvalsOf(name: string): readonly { decider: string; reason: string; time: number }[] {
    return this.approvals.get(name) ?? [];
  }

  /** Approves; the rollout starts with the last approval that is required. */
  approve(name: string, reason: string, decider = "local"): void {
    const given = [...this.approvalsOf(name), { decider, reason, time: this.now() }];
    this.approvals.set(name, given);
    this.tell(EventKind.RECOMMENDATION, name);
    if (given.length < this.approvalsRequired) return;
    this.decide(name, RecommendationState.APPROVED, reason);
    this.approvedName = name;
    this.rolloutState = RolloutState.APPROVED;
    this.tell(EventKind.ROLLOUT, ROLLOUT);
  }

  decide(name: string, state: RecommendationState, reason: string): void {
    this.decisions.set(name, { state, reason, time: this.now() });
    this.tell(EventKind.RECOMMENDATION, name);
  }

  resolve(reason: string): void {
    this.incidentState = IncidentState.RESOLVED;
    this.resolveReason = reason;
    this.tell(EventKind.INCIDENT, INCIDENT);
    for (const name of RECOMMENDATIONS) this.tell(EventKind.RECOMMENDATION, name);
  }
}

const NEXT = new Map([
  [RolloutState.APPROVED, RolloutState.CANARY],
  [RolloutState.CANARY, RolloutState.SOAKING],
  [RolloutState.SOAKING, RolloutState.CONFIRMED],
  [RolloutState.REVERTING, RolloutState.REVERTED],
]);
