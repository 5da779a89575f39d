import { createMemo, createSignal, Show } from "solid-js";
import { type Problem, problemOf } from "../api/errors";
import { useApi } from "../api/services";
import { proposeCommand } from "../base/commands";
import { navigate, query } from "../base/location";
import { pathOf } from "../base/names";
import { newRequestId } from "../base/request_id";
import type { ProposeChangeResponse } from "../gen/berthmaster/v1/recommendation_pb";
import { Check } from "../widgets/Check";
import { Field } from "../widgets/Field";
import { PageHead } from "../widgets/PageHead";
import { PairRows } from "../widgets/PairRows";
import { Panel } from "../widgets/Panel";
import { ProblemNote } from "../widgets/ProblemNote";
import { ProposalAnswer } from "./ProposalAnswer";
import {
  CANARY_MAX,
  createProposalForm,
  FAILED_MAX,
  lackOf,
  proposalOf,
  REASON_LENGTH_MAX,
  requestOf,
  soakProblem,
  wavesProblem,
} from "./proposal";

/** Those that are changed most, to choose from; the server knows all and checks each. */
const SYSCTLS = [
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_tw_reuse",
  "net.ipv4.tcp_max_tw_buckets",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_syn_retries",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_max_syn_backlog",
  "net.core.somaxconn",
  "net.netfilter.nf_conntrack_max",
  "net.netfilter.nf_conntrack_tcp_timeout_time_wait",
];

/** Labels that every fleet has; agents give others. */
const LABELS = ["host", "netns", "workload", "destination", "cause", "unit", "pod_namespace"];

/** What was checked: the answer, and the form's URL that it is the answer to. */
interface Checked {
  form: string;
  answer: ProposeChangeResponse;
  // One id for all tries of one checked form, so that a retry after a lost answer proposes nothing twice.
  requestId: string;
}

/** Proposes a change of a person's own: what to set, where, in which steps. It is checked before it is proposed. */
export function ProposePage() {
  const { services } = useApi();
  const form = createProposalForm();
  const proposal = createMemo(() => proposalOf(form));
  const lack = () => lackOf(proposal());
  const [checked, setChecked] = createSignal<Checked>();
  const [problem, setProblem] = createSignal<Problem & { form: string }>();
  const [calling, setCalling] = createSignal(false);
  // An answer or a refusal is only shown for the form as it was sent.
  const current = () => (checked()?.form === query().toString() ? checked() : undefined);
  const refusal = () => (problem()?.form === query().toString() ? problem() : undefined);

  const call = async (send: (form: string) => Promise<void>) => {
    if (calling()) return;
    const sent = query().toString();
    setCalling(true);
    setProblem(undefined);
    try {
      await send(sent);
    } catch (thrown) {
      setProblem({ ...problemOf(thrown), retryable: false, form: sent });
    } finally {
      setCalling(false);
    }
  };
  const check = () =>
    call(async (sent) => {
      setChecked(undefined);
      const answer = await services.recommendations.proposeChange({
        ...requestOf(proposal()),
        validateOnly: true,
      });
      setChecked({ form: sent, answer, requestId: newRequestId() });
    });
  const propose = (requestId: string) =>
    call(async () => {
      const { recommendation } = await services.recommendations.proposeChange({
        ...requestOf(proposal()),
        requestId,
      });
      if (recommendation) navigate(pathOf(recommendation.name));
    });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (lack() === "") void check();
  };

  return (
    <>
      <PageHead
        title="Propose a change"
        trail={[{ label: "Recommendations", path: "/recommendations" }]}
        command={proposeCommand(proposal())}
      />
      <form class="columns" onSubmit={submit}>
        <div>
          <Panel title="What to set">
            <PairRows
              rows={form.values.get()}
              onChange={form.values.set}
              nameLabel="Sysctl"
              valueLabel="Value"
              nameHint="net.ipv4.tcp_tw_reuse"
              valueHint="1"
              names={SYSCTLS}
            />
          </Panel>
          <Panel title="Where: namespaces that have all of these labels">
            <PairRows
              rows={form.selector.get()}
              onChange={form.selector.set}
              nameLabel="Label"
              valueLabel="Value of label"
              nameHint="unit"
              valueHint="shop.service"
              names={LABELS}
            />
          </Panel>
          <Steps form={form} />
          <Panel title="Why">
            <div class="fields">
              <Field
                label="Reason (required; it is recorded)"
                lines={3}
                maxLength={REASON_LENGTH_MAX}
                value={form.reason.get()}
                onInput={form.reason.set}
              />
            </div>
          </Panel>
          <div class="actions">
            <button
              type="submit"
              classList={{ primary: !current() }}
              disabled={lack() !== "" || calling()}
            >
              Check
            </button>
            <button
              type="button"
              classList={{ primary: current() !== undefined }}
              disabled={!current() || calling()}
              onClick={() => {
                const now = current();
                if (now) void propose(now.requestId);
              }}
            >
              Propose
            </button>
            <span class="muted" role="status">
              {lack() ||
                (current()
                  ? "Checked as it stands. Nothing is written before an approval."
                  : refusal()
                    ? "Refused as it stands."
                    : "Check it first: that changes nothing.")}
            </span>
          </div>
        </div>
        <div>
          <ProblemNote problem={refusal()} />
          <Show when={current()}>{(now) => <ProposalAnswer answer={now().answer} />}</Show>
        </div>
      </form>
    </>
  );
}

function Steps(props: { form: ReturnType<typeof createProposalForm> }) {
  const form = () => props.form;
  const text = (value: number) => (value === 0 ? "" : String(value));
  return (
    <Panel title="In which steps">
      <div class="fields fields-beside">
        <Field
          label="Canary, targets"
          type="number"
          min={1}
          max={CANARY_MAX}
          hint="1"
          value={text(form().canary.get())}
          onInput={(value) => form().canary.set(wholeOf(value, CANARY_MAX))}
        />
        <Field
          label="Waves after it"
          hint="10%, 50%"
          value={form().waves.get()}
          wrong={wavesProblem(form().waves.get())}
          onInput={form().waves.set}
        />
        <Field
          label="Each soaks"
          hint="default"
          value={form().soak.get()}
          wrong={soakProblem(form().soak.get())}
          onInput={form().soak.set}
        />
        <Field
          label="Failures allowed"
          type="number"
          min={0}
          max={FAILED_MAX}
          hint="0"
          value={text(form().failed.get())}
          onInput={(value) => form().failed.set(wholeOf(value, FAILED_MAX))}
        />
      </div>
      <div class="fields">
        <Check
          label="Pause after the canary, until somebody resumes it"
          checked={form().pause.get()}
          onChange={form().pause.set}
        />
        <Check
          label="Also for namespaces that match later, until it is reverted"
          checked={form().follow.get()}
          onChange={form().follow.set}
        />
        <Check
          label="Keep it over a reboot: also written to /etc/sysctl.d, of a host's own namespace"
          checked={form().persist.get()}
          onChange={form().persist.set}
        />
      </div>
    </Panel>
  );
}

function wholeOf(text: string, max: number): number {
  const value = Math.trunc(Number(text));
  return Number.isFinite(value) ? Math.min(Math.max(0, value), max) : 0;
}
