import { createEffect, createSignal } from "solid-js";
import { useAttention } from "../api/attention";

/** Tells assistive technology of incidents that open while the dashboard is looked at. */
export function Announcer() {
  const { incidents } = useAttention();
  const [text, setText] = createSignal("");
  let known: Set<string> | undefined;
  createEffect(() => {
    const listed = incidents.value();
    if (!listed) return;
    const fresh = listed.items.filter((incident) => known && !known.has(incident.name));
    known = new Set(listed.items.map((incident) => incident.name));
    if (fresh.length > 0) {
      setText(`New incident: ${fresh.map((incident) => incident.summary).join("; ")}`);
    }
  });
  return (
    <div class="sr-only" role="status" aria-live="polite">
      {text()}
    </div>
  );
}
