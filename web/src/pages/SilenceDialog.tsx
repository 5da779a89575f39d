import { createSignal, For } from "solid-js";
import { useApi } from "../api/services";
import { silenceCommand } from "../base/commands";
import { newRequestId } from "../base/request_id";
import { labelChoices } from "../base/selector";
import { durationOf } from "../base/time";
import { causeSelector } from "../base/words";
import type { Incident } from "../gen/berthmaster/v1/incident_pb";
import { Check } from "../widgets/Check";
import { Command } from "../widgets/Command";
import { ReasonDialog } from "../widgets/ReasonDialog";
import { Select } from "../widgets/Select";

const HOUR = 3_600_000;

/** How long a silence can be made here, in hours; berthctl takes any length. */
const LENGTHS = [1, 2, 4, 8, 24, 24 * 7];

/** Makes a silence of what an incident's pools have in common. Open for as long as it is rendered. */
export function SilenceDialog(props: { incident: Incident; onDone(): void; onClose(): void }) {
  const { services } = useApi();
  // One for the dialog: a second try after an error makes no second silence.
  const requestId = newRequestId();
  const choices = labelChoices(props.incident, causeSelector(props.incident.cause));
  const [chosen, setChosen] = createSignal(choices.map((choice) => choice.chosen));
  const [hours, setHours] = createSignal(2);
  const selector = () =>
    Object.fromEntries(
      choices.filter((_, index) => chosen()[index]).map(({ name, value }) => [name, value]),
    );
  const create = async (reason: string) => {
    await services.silences.createSilence({
      silence: { selector: selector(), reason },
      length: durationOf(hours() * HOUR),
      requestId,
    });
    props.onDone();
  };
  return (
    <ReasonDialog
      title="Silence this incident"
      verb="Silence"
      onConfirm={create}
      onClose={props.onClose}
    >
      <p>
        Incidents of pools with all of these labels do not call for attention for the time. They are
        tracked, and resolve, as ever.
      </p>
      <fieldset aria-label="Labels to silence by">
        <For each={choices}>
          {(choice, index) => (
            <Check
              label={
                <code>
                  {choice.name}={choice.value}
                </code>
              }
              checked={chosen()[index()] ?? false}
              onChange={(checked) =>
                setChosen((all) => all.map((one, at) => (at === index() ? checked : one)))
              }
            />
          )}
        </For>
      </fieldset>
      <p>
        For{" "}
        <Select
          label="How long"
          options={LENGTHS.map((length) => ({ value: String(length), label: lengthText(length) }))}
          value={String(hours())}
          onChoose={(value) => setHours(Number(value))}
        />
      </p>
      <Command command={silenceCommand(selector(), hours())} />
    </ReasonDialog>
  );
}

function lengthText(hours: number): string {
  if (hours >= 24) return hours === 24 ? "1 day" : `${hours / 24} days`;
  return hours === 1 ? "1 hour" : `${hours} hours`;
}
