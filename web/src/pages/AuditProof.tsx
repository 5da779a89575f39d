import { toJsonString } from "@bufbuild/protobuf";
import { createSignal, Show } from "solid-js";
import { type Problem, problemOf } from "../api/errors";
import { useApi } from "../api/services";
import { formatCount } from "../base/format";
import {
  type AuditCheckpoint,
  AuditCheckpointSchema,
  type VerifyAuditResponse,
} from "../gen/berthmaster/v1/audit_pb";
import { Command, CopyBlock } from "../widgets/Command";
import { Panel } from "../widgets/Panel";
import { ProblemNote } from "../widgets/ProblemNote";

/** Reading a chain of millions takes longer than other calls may, in milliseconds. */
const VERIFY_TIMEOUT = 120_000;

/** Verifies the chain on demand, and has its end signed to be kept elsewhere. */
export function AuditProof() {
  const { services } = useApi();
  const [verdict, setVerdict] = createSignal<VerifyAuditResponse>();
  const [checkpoint, setCheckpoint] = createSignal<AuditCheckpoint>();
  const [problem, setProblem] = createSignal<Problem>();
  const [calling, setCalling] = createSignal(false);
  const call = async (send: () => Promise<void>) => {
    setCalling(true);
    setProblem(undefined);
    try {
      await send();
    } catch (thrown) {
      setProblem({ ...problemOf(thrown), retryable: false });
    } finally {
      setCalling(false);
    }
  };
  const verify = () =>
    call(async () => {
      setVerdict(undefined);
      setVerdict(await services.audit.verifyAudit({}, { timeoutMs: VERIFY_TIMEOUT }));
    });
  const sign = () =>
    call(async () => {
      setCheckpoint((await services.audit.getAuditCheckpoint({})).checkpoint);
    });
  return (
    <Panel
      title="The chain"
      aside={
        <>
          <button type="button" disabled={calling()} onClick={verify}>
            Verify
          </button>
          <button type="button" disabled={calling()} onClick={sign}>
            Sign a checkpoint
          </button>
        </>
      }
    >
      <p class="panel-text">
        Each entry has the hash of the one before it, so that one that is altered or left out shows.
        Here the controller verifies itself; to trust nobody, export the chain and verify it
        elsewhere:
      </p>
      <p class="actions">
        <Command command="berthctl audit verify" />
      </p>
      <ProblemNote problem={problem()} />
      <div role="status">
        <Show when={verdict()}>{(found) => <Verdict of={found()} />}</Show>
      </div>
      <Show when={checkpoint()}>
        {(found) => (
          <>
            <p class="panel-text">
              Signed at entry {formatCount(found().sequence)}. Keep this away from the controller:
              it shows later whether the chain was cut or written anew.
            </p>
            <CopyBlock
              text={toJsonString(AuditCheckpointSchema, found(), { prettySpaces: 2 })}
              label="Copy the checkpoint"
            />
          </>
        )}
      </Show>
    </Panel>
  );
}

function Verdict(props: { of: VerifyAuditResponse }) {
  return (
    <Show
      when={props.of.intact}
      fallback={
        <div class="note note-critical">
          <p>
            <strong>The chain is broken</strong>
            <Show when={props.of.brokenSequence > 0n}>
              {" "}
              at entry {formatCount(props.of.brokenSequence)}
            </Show>
            : {props.of.message}
          </p>
          <p>{formatCount(props.of.verifiedCount)} entries before it are good.</p>
        </div>
      }
    >
      <p class="note">
        Intact: {formatCount(props.of.verifiedCount)} entries, the last one has the hash{" "}
        <code title={props.of.hash}>{props.of.hash.slice(0, 16)}</code>.
      </p>
    </Show>
  );
}
