import { createEffect, createRoot, createSignal } from "solid-js";

/** How the dashboard is coloured; auto follows the system. */
export type Theme = "auto" | "light" | "dark";

const THEME_KEY = "berthmaster.theme";
const KEYS_KEY = "berthmaster.single-keys";

function load(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    // Storage may be forbidden; the preference then lasts as long as the tab.
    return null;
  }
}

function save(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // As above.
  }
}

function themeOf(text: string | null): Theme {
  return text === "light" || text === "dark" ? text : "auto";
}

const state = createRoot(() => {
  const [theme, setTheme] = createSignal<Theme>(themeOf(load(THEME_KEY)));
  const [singleKeys, setSingleKeys] = createSignal(load(KEYS_KEY) !== "off");
  createEffect(() => {
    document.documentElement.dataset.theme = theme();
    save(THEME_KEY, theme());
  });
  createEffect(() => save(KEYS_KEY, singleKeys() ? "on" : "off"));
  return { theme, setTheme, singleKeys, setSingleKeys };
});

/** The theme chosen on this browser. */
export const theme = state.theme;

/** Chooses the theme. */
export const setTheme = state.setTheme;

/** Whether single keys such as "/" act; WCAG 2.1.4 wants a way to turn them off. */
export const singleKeys = state.singleKeys;

/** Turns single keys on or off. */
export const setSingleKeys = state.setSingleKeys;
