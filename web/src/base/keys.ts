/** How long the second key of a sequence may take, in milliseconds. */
const SEQUENCE_TIMEOUT = 1500;

/** What a key or a sequence such as "g f" does. */
export type Bindings = Readonly<Record<string, () => void>>;

/** Makes a keydown handler for single keys and two-key sequences. `enabled` is asked at each key. */
export function createKeyHandler(
  bindings: Bindings,
  enabled: () => boolean,
): (event: KeyboardEvent) => void {
  let first: { key: string; time: number } | undefined;
  return (event) => {
    if (!enabled() || event.defaultPrevented || takesText(event)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const recent = first && event.timeStamp - first.time < SEQUENCE_TIMEOUT ? first.key : undefined;
    first = undefined;
    const action = (recent && bindings[`${recent} ${event.key}`]) || bindings[event.key];
    if (action) {
      event.preventDefault();
      action();
    } else if (Object.keys(bindings).some((name) => name.startsWith(`${event.key} `))) {
      first = { key: event.key, time: event.timeStamp };
    }
  };
}

function takesText(event: KeyboardEvent): boolean {
  const target = event.target as Element | null;
  return target?.closest?.("input, textarea, select, [contenteditable], dialog") != null;
}
