import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { durationOf, timestampAt } from "../base/time";
import {
  ApprovalPolicySchema,
  PolicyService,
  UpdateApprovalPolicyResponseSchema,
} from "../gen/berthmaster/v1/policy_pb";
import { RecommendationRisk } from "../gen/berthmaster/v1/recommendation_pb";

/** The policies of a fake fleet. */
export class FakePolicies {
  private approval = create(ApprovalPolicySchema, {
    name: "policies/approval",
    rules: [
      {
        name: "test hosts",
        selector: { "host.stage": "test" },
        risks: [RecommendationRisk.LOW],
        approvalsRequired: 0,
        proposerMayApprove: true,
        windows: [
          { days: [1, 5], start: durationOf(9 * 3_600_000), length: durationOf(8 * 3_600_000) },
        ],
      },
      { name: "shop", selector: { unit: "shop.service" }, approvalsRequired: 2 },
    ],
    freezes: [],
    etag: "1",
  });

  constructor(
    private readonly now: () => number,
    private readonly record: (method: string, request: unknown) => void,
  ) {}

  serve(router: ConnectRouter): void {
    router.service(PolicyService, {
      getDetectionPolicy: () => ({
        policy: {
          name: "policies/detection",
          rules: [
            {
              name: "batch",
              selector: { unit: "batch.service" },
              thresholds: { nearLimitUtilizationMin: 0.97, nearLimitTime: durationOf(60_000) },
            },
          ],
          updateTime: timestampAt(this.now() - 3_600_000),
          updater: "local",
          etag: "2",
        },
        defaults: { nearLimitUtilizationMin: 0.9, nearLimitTime: durationOf(10_000) },
        least: { nearLimitUtilizationMin: 0.5, nearLimitTime: durationOf(0) },
        largest: { nearLimitUtilizationMin: 1, nearLimitTime: durationOf(3_600_000) },
      }),
      getApprovalPolicy: () => ({ policy: this.approval }),
      updateApprovalPolicy: (request) => {
        this.record("updateApprovalPolicy", request);
        if (request.policy?.etag !== this.approval.etag) {
          throw new ConnectError("It changed since you saw it.", Code.Aborted);
        }
        this.approval = create(ApprovalPolicySchema, {
          name: this.approval.name,
          rules: request.policy?.rules ?? [],
          freezes: request.policy?.freezes ?? [],
          etag: String(Number(this.approval.etag) + 1),
          updater: "local",
          updateTime: timestampAt(this.now()),
        });
        return create(UpdateApprovalPolicyResponseSchema, { policy: this.approval });
      },
    });
  }
}
