import { For, onMount } from "solid-js";
import { setSingleKeys, singleKeys } from "../base/preferences";
import { MAIN_PAGES } from "./navigation";

const KEYS = [
  ...MAIN_PAGES.map((page) => ({ keys: ["g", page.key], does: `go to ${page.label}` })),
  { keys: ["/"], does: "filter this page" },
  { keys: ["Ctrl", "K"], does: "go to any page, host or incident" },
  { keys: ["?"], does: "this sheet" },
  { keys: ["Esc"], does: "close a dialog" },
];

/** The keys of the dashboard. It is open for as long as it is rendered. */
export function HelpSheet(props: { onClose(): void }) {
  let dialog!: HTMLDialogElement;
  onMount(() => dialog.showModal());
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="help-title" onClose={props.onClose}>
      <h2 id="help-title">Keys</h2>
      <table class="data keys">
        <tbody>
          <For each={KEYS}>
            {(row) => (
              <tr>
                <th scope="row">
                  <For each={row.keys}>{(key) => <kbd>{key}</kbd>}</For>
                </th>
                <td>{row.does}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <label class="check">
        <input
          type="checkbox"
          checked={singleKeys()}
          onChange={(event) => setSingleKeys(event.currentTarget.checked)}
        />
        Single keys act (g, /, ?)
      </label>
      <div class="dialog-actions">
        <button type="button" onClick={() => dialog.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}
