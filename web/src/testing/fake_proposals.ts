import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampAt } from "../base/time";
import { EventKind } from "../gen/berthmaster/v1/event_pb";
import {
  AdviceSeverity,
  type ProposeChangeRequest,
  ProposeChangeResponseSchema,
  RecommendationKind,
  RecommendationRisk,
  type RecommendationSchema,
  RecommendationState,
} from "../gen/berthmaster/v1/recommendation_pb";
import { SICK_NETNS } from "./fake_names";

/** How long a proposal stands, in milliseconds. */
const LIFETIME = 24 * 3_600_000;

/** The changes that people proposed to a fake fleet; each is for two namespaces. */
export class FakeProposals {
  readonly made: MessageInitShape<typeof RecommendationSchema>[] = [];

  constructor(
    private readonly now: () => number,
    private readonly tell: (kind: EventKind, name: string) => void,
  ) {}

  /** Answers a proposal, and keeps it unless it is only to be checked. */
  propose(request: ProposeChangeRequest) {
    const name = `recommendations/c-${this.made.length + 1}`;
    const values = Object.entries(request.desiredValues);
    const recommendation: MessageInitShape<typeof RecommendationSchema> = {
      name: request.validateOnly ? "" : name,
      state: RecommendationState.PROPOSED,
      kind: RecommendationKind.CUSTOM,
      summary: `set ${values.map(([sysctl, value]) => `${sysctl} to '${value}'`).join(", ")} in 2 namespaces of 2 hosts`,
      rationale: request.reason,
      risk: RecommendationRisk.HIGH,
      changes: values.map(([sysctl, desiredValue]) => ({ sysctl, desiredValue })),
      proposer: "local",
      approvalsRequired: 2,
      targetCount: 2,
      createTime: timestampAt(this.now()),
      expireTime: timestampAt(this.now() + LIFETIME),
      ...(request.plan ? { plan: request.plan } : {}),
      etag: "1",
    };
    if (!request.validateOnly) {
      this.made.unshift(recommendation);
      this.tell(EventKind.RECOMMENDATION, name);
    }
    return create(ProposeChangeResponseSchema, {
      recommendation,
      netns: [SICK_NETNS, "hosts/demo-2/netns/5000"],
      leftOut: ["demo-3 green: its agent has the profile observe"],
      advice: values.map(([setting, value]) => ({
        setting,
        value,
        severity: AdviceSeverity.NOTE,
        id: "fake",
        reason: "The fake fleet has nothing against it.",
      })),
    });
  }
}
