import { createSignal, createUniqueId, type JSX, onMount, Show } from "solid-js";
import { type Problem, problemOf } from "../api/errors";
import { ProblemNote } from "./ProblemNote";

interface ReasonDialogProps {
  title: string;
  /** What happens when it is confirmed. */
  children: JSX.Element;
  /** The word on the button: "Approve". */
  verb: string;
  danger?: boolean;
  /** "none" for what has no reason to record: then it only asks again. */
  reason?: "required" | "none";
  /** Whether something else than the reason is still missing. */
  disabled?: boolean;
  /** Does it; a thrown error is shown and the dialog stays. */
  onConfirm(reason: string): Promise<void>;
  onClose(): void;
}

/** As the contract has it: 1 to 1000 characters. */
const REASON_LENGTH_MAX = 1000;

/** Asks for the reason of a decision before it is sent. It is open for as long as it is rendered. */
export function ReasonDialog(props: ReasonDialogProps) {
  const id = createUniqueId();
  const [reason, setReason] = createSignal("");
  const [sending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  const asksReason = () => props.reason !== "none";
  const incomplete = () => props.disabled || (asksReason() && reason().trim() === "");

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (sending() || incomplete()) return;
    setSending(true);
    setProblem(undefined);
    try {
      await props.onConfirm(reason().trim());
      dialog.close();
    } catch (thrown) {
      // Nothing tries a decision again by itself; that is for the person to do.
      setProblem({ ...problemOf(thrown), retryable: false });
    } finally {
      setSending(false);
    }
  };

  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={`${id}-title`} onClose={props.onClose}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{props.title}</h2>
        {props.children}
        <Show when={asksReason()}>
          <label for={`${id}-reason`}>Reason (required; it is recorded)</label>
          <textarea
            id={`${id}-reason`}
            rows="3"
            required
            autofocus
            maxLength={REASON_LENGTH_MAX}
            value={reason()}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </Show>
        <ProblemNote problem={problem()} />
        <div class="dialog-actions">
          <button type="button" onClick={() => dialog.close()}>
            Cancel
          </button>
          <button
            type="submit"
            class={props.danger ? "danger" : "primary"}
            disabled={sending() || incomplete()}
          >
            <Show when={sending()} fallback={props.verb}>
              Sending…
            </Show>
          </button>
        </div>
      </form>
    </dialog>
  );
}
