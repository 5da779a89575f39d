import type { MessageInitShape } from "@bufbuild/protobuf";
import { createSignal, Show } from "solid-js";
import { serverNow } from "../base/clock";
import { formatAbsolute } from "../base/format";
import { fieldTime, momentOf } from "../base/policy_words";
import type { Pair } from "../base/query";
import { timestampAt } from "../base/time";
import type { FreezeSchema } from "../gen/berthmaster/v1/policy_pb";
import { Field } from "../widgets/Field";
import { PairRows } from "../widgets/PairRows";
import { ReasonDialog } from "../widgets/ReasonDialog";

/** A freeze that is made. */
export type NewFreeze = MessageInitShape<typeof FreezeSchema>;

/** How long a freeze is unless a person says otherwise, in milliseconds: until the morning. */
const LENGTH = 8 * 3_600_000;

const LABELS = ["host", "netns", "workload", "unit", "pod_namespace"];

/** Makes a freeze. Open for as long as it is rendered. */
export function FreezeDialog(props: { onAdd(freeze: NewFreeze): Promise<void>; onClose(): void }) {
  const now = serverNow();
  const [name, setName] = createSignal(formatAbsolute(now).slice(0, 19));
  const [from, setFrom] = createSignal(fieldTime(now));
  const [until, setUntil] = createSignal(fieldTime(now + LENGTH));
  const [where, setWhere] = createSignal<Pair[]>([]);
  const wrong = () => {
    const start = momentOf(from());
    const end = momentOf(until());
    if (start === undefined || end === undefined) return "Say from when and until when.";
    if (end <= start) return "It has to end after it begins.";
    if (end <= serverNow()) return "It would be over already.";
    return name().trim() === "" ? "Give it a name." : "";
  };
  const add = (reason: string) =>
    props.onAdd({
      name: name().trim(),
      selector: Object.fromEntries(
        where()
          .filter((row) => row.name !== "")
          .map((row) => [row.name, row.value.trim()]),
      ),
      startTime: timestampAt(momentOf(from()) ?? now),
      endTime: timestampAt(momentOf(until()) ?? now),
      reason,
    });
  return (
    <ReasonDialog
      title="Freeze"
      verb="Freeze"
      disabled={wrong() !== ""}
      onConfirm={add}
      onClose={props.onClose}
    >
      <p>
        Nothing is approved and no wave begins in the time. What has to be put back is put back all
        the same.
      </p>
      <Field label="Name" value={name()} maxLength={128} onInput={setName} />
      <div class="fields fields-beside">
        <Field
          label="From (your time zone)"
          type="datetime-local"
          value={from()}
          onInput={setFrom}
        />
        <Field
          label="Until (your time zone)"
          type="datetime-local"
          value={until()}
          onInput={setUntil}
        />
      </div>
      <Show when={wrong()}>
        <p class="tone-critical" role="status">
          {wrong()}
        </p>
      </Show>
      <fieldset aria-label="Where; everywhere when empty">
        <p class="muted">Where: namespaces with all of these labels; everywhere when empty.</p>
        <PairRows
          rows={where()}
          onChange={(rows) => setWhere(rows.filter((row) => row.name !== "" || row.value !== ""))}
          nameLabel="Label"
          valueLabel="Value of label"
          nameHint="unit"
          valueHint="shop.service"
          names={LABELS}
        />
      </fieldset>
    </ReasonDialog>
  );
}
