import { createMemo, createRoot, createSignal } from "solid-js";

const [current, setCurrent] = createSignal(read());

function read(): string {
  return window.location.pathname + window.location.search;
}

const parts = createRoot(() => {
  const split = createMemo(() => {
    const [path = "/", query = ""] = current().split("?", 2);
    return { path, query };
  });
  return {
    path: createMemo(() => split().path),
    query: createMemo(() => new URLSearchParams(split().query)),
  };
});

/** The path of the page shown. */
export const path = parts.path;

/** The query of the page shown; all view state such as filter, sort and range lives in it. */
export const query = parts.query;

/** Whether a change of the URL makes a new entry in the browser's history. */
export type HistoryMode = "push" | "replace";

/** Goes to a path (with its query) of this dashboard. */
export function navigate(to: string, mode: HistoryMode = "push"): void {
  if (to === current()) return;
  if (mode === "push") window.history.pushState(null, "", to);
  else window.history.replaceState(null, "", to);
  setCurrent(read());
}

/** Takes over the browser's back and forward, and clicks on links into the dashboard. Returns what undoes it. */
export function installNavigation(): () => void {
  const onPop = () => setCurrent(read());
  const onClick = (event: MouseEvent) => {
    const to = targetOf(event);
    if (to === undefined) return;
    event.preventDefault();
    navigate(to);
  };
  window.addEventListener("popstate", onPop);
  document.addEventListener("click", onClick);
  return () => {
    window.removeEventListener("popstate", onPop);
    document.removeEventListener("click", onClick);
  };
}

function targetOf(event: MouseEvent): string | undefined {
  if (event.defaultPrevented || event.button !== 0) return undefined;
  // The browser's own ways to open a new tab or window stay as they are.
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return undefined;
  const link = (event.target as Element | null)?.closest?.("a[href]");
  const href = link?.getAttribute("href");
  if (!link || !href?.startsWith("/") || link.getAttribute("rel") === "external") {
    return undefined;
  }
  return href;
}
