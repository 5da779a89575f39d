import { onCleanup } from "solid-js";

/** Listens for keys on the whole page: Ctrl+K (or ⌘K) for the palette, the rest for `onKey`. */
export function createGlobalKeys(
  onKey: (event: KeyboardEvent) => void,
  onPalette: () => void,
): void {
  const listen = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      event.preventDefault();
      onPalette();
      return;
    }
    onKey(event);
  };
  document.addEventListener("keydown", listen);
  onCleanup(() => document.removeEventListener("keydown", listen));
}
