import { For, Show } from "solid-js";
import { useAttention } from "../api/attention";
import { useApi } from "../api/services";
import { ticking } from "../base/clock";
import { formatAge } from "../base/format";
import { path } from "../base/location";
import { setTheme, type Theme, theme } from "../base/preferences";
import { Mark } from "../widgets/Mark";
import { MAIN_PAGES, type MainPage } from "./navigation";

const THEMES: readonly Theme[] = ["auto", "light", "dark"];

/** The head of every page: where to go, how old the data is, and the theme. */
export function Header(props: { onHelp(): void; onPalette(): void }) {
  return (
    <header class="top">
      <a class="brand" href="/">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M7 6h10v3h-2l.6 7H8.4L9 9H7zM4 18h16v2H4z" />
        </svg>
        Berthmaster
      </a>
      <nav aria-label="Main pages">
        <ul>
          <For each={MAIN_PAGES}>
            {(page) => (
              <li>
                <a href={page.path} aria-current={isCurrent(page) ? "page" : undefined}>
                  {page.label}
                  <Waiting page={page} />
                </a>
              </li>
            )}
          </For>
        </ul>
      </nav>
      <div class="top-right">
        <DataAge />
        <button type="button" onClick={props.onPalette} aria-keyshortcuts="Control+K">
          Go to… <kbd>Ctrl K</kbd>
        </button>
        <label class="theme">
          <span class="sr-only">Theme</span>
          <select
            value={theme()}
            onChange={(event) => setTheme(event.currentTarget.value as Theme)}
          >
            <For each={THEMES}>{(value) => <option value={value}>{value}</option>}</For>
          </select>
        </label>
        <button type="button" onClick={props.onHelp}>
          ?<span class="sr-only"> keyboard help</span>
        </button>
      </div>
    </header>
  );
}

function isCurrent(page: MainPage): boolean {
  return page.path === "/" ? path() === "/" : path().startsWith(page.path);
}

function Waiting(props: { page: MainPage }) {
  const attention = useAttention();
  const count = () => {
    if (props.page.path === "/incidents") return attention.incidents.value()?.items.length;
    if (props.page.path === "/recommendations") {
      return attention.recommendations.value()?.items.length;
    }
    return undefined;
  };
  return (
    <Show when={count()}>
      {(waiting) => (
        <span class="count" classList={{ "count-critical": props.page.path === "/incidents" }}>
          {waiting()}
          <span class="sr-only"> waiting</span>
        </span>
      )}
    </Show>
  );
}

function DataAge() {
  const { live } = useApi();
  const age = () => {
    // Read the tick so that the age grows; the times themselves are the browser's own.
    ticking();
    const heard = live.lastHeard();
    return heard === undefined ? undefined : Date.now() - heard;
  };
  const isLive = () => live.state().kind === "live";
  return (
    <span
      class="data-age"
      data-state={live.state().kind}
      title="When the controller was last heard, by event or heartbeat"
    >
      <Mark tone={isLive() ? "calm" : "warning"} />
      {isLive() ? "live" : live.state().kind === "lost" ? "not live" : "connecting"}
      <Show when={age() !== undefined}>
        <span class="muted"> · data {formatAge(age() ?? 0)}</span>
      </Show>
    </span>
  );
}
