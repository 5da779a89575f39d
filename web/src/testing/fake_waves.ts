import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationOf, timestampAt } from "../base/time";
import { EventKind } from "../gen/berthmaster/v1/event_pb";
import {
  ApplyState,
  type RolloutPauseSchema,
  RolloutState,
  type RolloutTargetSchema,
  TargetState,
} from "../gen/berthmaster/v1/rollout_pb";

/** The rollout that goes in waves. */
export const WAVES_ROLLOUT = "rollouts/o-2";

/** The first targets of each wave but the first, of a rollout with so many. */
function beginnings(total: number): number[] {
  return [2, 2 + Math.ceil(total / 10), 2 + Math.ceil(total / 2)];
}

/** A rollout of many targets in four waves, of which the second one soaks when the fake begins. */
export class FakeWaves {
  state = RolloutState.SOAKING;
  wave = 1;
  pause: MessageInitShape<typeof RolloutPauseSchema> | undefined;
  stopReason = "";

  constructor(
    readonly total: number,
    private readonly now: () => number,
    private readonly tell: (kind: EventKind, name: string) => void,
  ) {}

  /** Does what a person asked for. */
  act(verb: "pause" | "resume" | "promote" | "abort" | "revert", reason: string): void {
    if (verb === "pause") {
      this.pause = { pauser: "local", reason, pauseTime: timestampAt(this.now()) };
    }
    if (verb === "resume") this.pause = undefined;
    if (verb === "promote") {
      this.wave++;
      this.state = RolloutState.WAVE;
    }
    if (verb === "abort" || verb === "revert") {
      this.state = RolloutState.REVERTING;
      this.stopReason = `aborted: local: ${reason}`;
      this.pause = undefined;
    }
    this.tell(EventKind.ROLLOUT, WAVES_ROLLOUT);
  }

  rollout() {
    const targets = Array.from({ length: this.total }, (_, index) => this.target(index));
    const count = (...states: TargetState[]) =>
      targets.filter((target) => states.includes(target.state)).length;
    return {
      name: WAVES_ROLLOUT,
      state: this.state,
      recommendation: "recommendations/r-9",
      incident: "",
      targets,
      message: `wave ${this.wave + 1} of 4: 0 of ${count(TargetState.SOAKING)} hold`,
      createTime: timestampAt(this.now() - 600_000),
      updateTime: timestampAt(this.now()),
      approver: "bob",
      etag: "7",
      plan: {
        selector: { unit: "shop.service" },
        canaryCount: 2,
        waves: [
          { size: { case: "percent" as const, value: 10 } },
          { size: { case: "percent" as const, value: 50 } },
        ],
        soak: durationOf(600_000),
        failedTargetsMax: 3,
        pauseAfterCanary: true,
        persist: true,
        follows: true,
      },
      wave: this.wave,
      waveCount: 4,
      ...(this.pause ? { pause: this.pause } : {}),
      stopReason: this.stopReason,
      targetCounts: {
        total: this.total,
        waiting: count(TargetState.WAITING),
        applying: count(TargetState.SENT, TargetState.SOAKING),
        holding: count(TargetState.HOLDING),
        failed: count(TargetState.FAILED, TargetState.REVERTING),
      },
      approvals: ["ann", "bob"].map((decider) => ({
        decider,
        reason: "more head-room for the shop",
        decideTime: timestampAt(this.now() - 600_000),
        contentSha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      })),
    };
  }

  private target(index: number) {
    const wave = beginnings(this.total).filter((first) => index >= first).length;
    const state = this.stateOf(index, wave);
    const written = state === TargetState.SOAKING || state === TargetState.HOLDING;
    const host = `hosts/node-${String(index).padStart(4, "0")}`;
    return {
      name: `${WAVES_ROLLOUT}/targets/${index + 1}`,
      host,
      netns: `${host}/netns/${5000 + index}`,
      netnsLabel: "shop",
      sysctls: [
        {
          change: {
            sysctl: "net.ipv4.ip_local_port_range",
            expectedValue: "32768 60999",
            desiredValue: "15000 60999",
          },
          appliedValue: written ? "15000 60999" : "",
          effectiveValue: written ? "15000 60999" : "32768 60999",
          state: written ? ApplyState.APPLIED : ApplyState.PENDING,
        },
      ],
      revision: written ? 12n : 0n,
      wave,
      state,
      message: MESSAGES.get(state) ?? "",
      stateTime: timestampAt(this.now() - 60_000),
      ...(written ? { gates: GATES } : {}),
      before: { capacity: 28232, utilization: 0.71, settledUtilization: 0.93 },
      predicted: { capacity: 46000, utilization: 0.43, settledUtilization: 0.57 },
    } satisfies MessageInitShape<typeof RolloutTargetSchema>;
  }

  private stateOf(index: number, wave: number): TargetState {
    // One target of the second wave refuses.
    if (index === 3) return TargetState.FAILED;
    if (this.state === RolloutState.REVERTING && wave <= this.wave) return TargetState.REVERTING;
    if (wave < this.wave) return TargetState.HOLDING;
    if (wave > this.wave) return TargetState.WAITING;
    return this.state === RolloutState.SOAKING ? TargetState.SOAKING : TargetState.SENT;
  }
}

const MESSAGES = new Map([
  [TargetState.WAITING, "waits for its wave"],
  [TargetState.SENT, "sent; waits for the agent's answer"],
  [TargetState.SOAKING, "applied; soaks"],
  [TargetState.HOLDING, "seen to hold"],
  [TargetState.FAILED, "the agent refused: a listener is on port 15432"],
  [TargetState.REVERTING, "being put back"],
]);

const GATES = {
  before: { failures: 0, resets: 0.4, retransmits: 2.2, timeWaitOverflows: 0 },
  after: { failures: 0, resets: 0.3, retransmits: 2.4, timeWaitOverflows: 0 },
  beforeSpan: durationOf(600_000),
  afterSpan: durationOf(60_000),
};
