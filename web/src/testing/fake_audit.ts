import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter } from "@connectrpc/connect";
import { timestampAt } from "../base/time";
import {
  AuditAction,
  type AuditEntrySchema,
  type AuditFilter,
  AuditService,
} from "../gen/berthmaster/v1/audit_pb";
import { SICK_HOST } from "./fake_names";

const HASH = "ab".repeat(32);

/** The audit chain of a fake fleet: three entries. */
export class FakeAudit {
  /** The filter of the newest list that was asked for. */
  asked: AuditFilter | undefined;
  /** The first entry that is wrong; 0 when the chain is intact. */
  brokenSequence = 0n;

  constructor(private readonly now: () => number) {}

  serve(router: ConnectRouter): void {
    router.service(AuditService, {
      listAuditEntries: ({ filter }) => {
        this.asked = filter;
        const actions = filter?.byActions ?? [];
        return {
          auditEntries: this.entries().filter(
            (entry) =>
              (actions.length === 0 || actions.includes(entry.action)) &&
              (!filter?.byActor || entry.actor === filter.byActor),
          ),
        };
      },
      verifyAudit: () =>
        this.brokenSequence > 0n
          ? {
              verifiedCount: this.brokenSequence - 1n,
              brokenSequence: this.brokenSequence,
              message: "its hash is not that of its content",
            }
          : { intact: true, verifiedCount: 3n, hash: HASH },
      getAuditCheckpoint: () => ({
        checkpoint: { sequence: 3n, hash: HASH, createTime: timestampAt(this.now()), keyId: HASH },
      }),
    });
  }

  private entries() {
    const at = (age: number) => timestampAt(this.now() - age);
    return [
      {
        sequence: 3n,
        eventTime: at(60_000),
        actor: "agent/demo-1",
        source: "10.0.0.7",
        action: AuditAction.APPLIED,
        object: "rollouts/o-2",
        values: [
          {
            host: SICK_HOST,
            netnsLabel: "blue",
            sysctl: "net.ipv4.ip_local_port_range",
            oldValue: "40000 40399",
            newValue: "32768 60999",
          },
        ],
        hash: HASH,
      },
      {
        sequence: 2n,
        eventTime: at(120_000),
        actor: "local/ann",
        source: "web",
        action: AuditAction.APPROVED,
        object: "recommendations/r-1",
        reason: "capacity review",
        hash: HASH,
      },
      {
        sequence: 1n,
        eventTime: at(180_000),
        actor: "berthmaster",
        action: AuditAction.PROPOSED,
        object: "recommendations/r-1",
        hash: HASH,
      },
    ] satisfies MessageInitShape<typeof AuditEntrySchema>[];
  }
}
