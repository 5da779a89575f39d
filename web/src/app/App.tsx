import { createEffect, createMemo, createSignal, ErrorBoundary, on, Show } from "solid-js";
import { AttentionContext, createAttention } from "../api/attention";
import { type Api, ApiContext } from "../api/services";
import { createKeyHandler } from "../base/keys";
import { navigate, path } from "../base/location";
import { singleKeys } from "../base/preferences";
import { routeOf } from "../base/routes";
import { Announcer } from "./Announcer";
import { ConnectionBanner } from "./ConnectionBanner";
import { createGlobalKeys } from "./global_keys";
import { Header } from "./Header";
import { HelpSheet } from "./HelpSheet";
import { MAIN_PAGES } from "./navigation";
import { Page } from "./Page";
import { Palette } from "./Palette";

/** The whole dashboard over one Api. */
export function App(props: { api: Api }) {
  return (
    <ApiContext.Provider value={props.api}>
      <Shell />
    </ApiContext.Provider>
  );
}

function Shell() {
  const attention = createAttention();
  const [overlay, setOverlay] = createSignal<"help" | "palette">();
  const route = createMemo(() => routeOf(path()));

  const onSequence = createKeyHandler(
    {
      ...Object.fromEntries(MAIN_PAGES.map((page) => [`g ${page.key}`, () => navigate(page.path)])),
      "?": () => setOverlay("help"),
      "/": () => document.querySelector<HTMLElement>("[data-filter]")?.focus(),
    },
    singleKeys,
  );
  createGlobalKeys(onSequence, () => setOverlay("palette"));

  // Whoever listens or uses the keyboard has to be told that the page is another one now.
  createEffect(
    on(
      path,
      () => {
        setOverlay(undefined);
        window.scrollTo(0, 0);
        document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );

  return (
    <AttentionContext.Provider value={attention}>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <Header onHelp={() => setOverlay("help")} onPalette={() => setOverlay("palette")} />
      <ConnectionBanner />
      <Announcer />
      <main id="main">
        <Show when={route()} keyed>
          {(shown) => (
            <ErrorBoundary fallback={(error) => <Broken error={error} />}>
              <Page route={shown} />
            </ErrorBoundary>
          )}
        </Show>
      </main>
      <Show when={overlay() === "help"}>
        <HelpSheet onClose={() => setOverlay(undefined)} />
      </Show>
      <Show when={overlay() === "palette"}>
        <Palette onClose={() => setOverlay(undefined)} />
      </Show>
    </AttentionContext.Provider>
  );
}

function Broken(props: { error: unknown }) {
  return (
    <div class="note note-critical" role="alert">
      <p>The dashboard failed to draw this page: {String(props.error)}</p>
      <p>
        <a href={path()} rel="external">
          Load it again
        </a>
        ; berthctl shows the same data.
      </p>
    </div>
  );
}
