import { createMemo, createSignal, For, onMount, Show } from "solid-js";
import { useAttention } from "../api/attention";
import { createHostList } from "../api/lists";
import { navigate } from "../base/location";
import { paletteEntries } from "./palette_entries";

/** Goes to any page, open incident or host by a few letters. It is open for as long as it is rendered. */
export function Palette(props: { onClose(): void }) {
  const { incidents } = useAttention();
  const hosts = createHostList();
  const [text, setText] = createSignal("");
  const [chosen, setChosen] = createSignal(0);
  const entries = createMemo(() =>
    paletteEntries(text(), incidents.value()?.items ?? [], hosts.value()?.items ?? []),
  );
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());

  const go = (path: string | undefined) => {
    if (path === undefined) return;
    dialog.close();
    navigate(path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const count = Math.max(1, entries().length);
      setChosen((chosen() + step + count) % count);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(entries()[chosen()]?.path);
    }
  };

  return (
    <dialog ref={dialog} class="dialog palette" aria-label="Go to" onClose={props.onClose}>
      <input
        type="text"
        role="combobox"
        aria-label="Go to a page, an incident or a host"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries().length > 0 ? `palette-${chosen()}` : undefined}
        placeholder="Go to a page, an incident or a host"
        autocomplete="off"
        spellcheck={false}
        autofocus
        value={text()}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Places" class="palette-list">
        <For each={entries()}>
          {(entry, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the combobox that owns the focus.
            <div
              id={`palette-${index()}`}
              role="option"
              tabIndex={-1}
              aria-selected={index() === chosen()}
              onClick={() => go(entry.path)}
            >
              <span class="muted">{entry.kind}</span> {entry.label}
            </div>
          )}
        </For>
      </div>
      <Show when={entries().length === 0}>
        <p class="empty" role="status">
          Nothing matches.
        </p>
      </Show>
    </dialog>
  );
}
