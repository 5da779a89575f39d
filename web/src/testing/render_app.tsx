import { createRouterTransport } from "@connectrpc/connect";
import { render } from "solid-js/web";
import { vi } from "vitest";
import { createLive } from "../api/live";
import { createServices } from "../api/services";
import { App } from "../app/App";
import { installNavigation, navigate } from "../base/location";
import { FakeFleet, type FakeFleetOptions } from "./fake_fleet";

/** How long to wait for a page in tests: nothing waits that long but on a busy machine. */
export const PATIENCE = { timeout: 15_000, interval: 20 };

/** The dashboard over a fake fleet, in the test's document. */
export interface RenderedApp {
  fleet: FakeFleet;
  /** The text of the page, with its white space made single. */
  text(): string;
  /** Waits until the page says something. */
  says(text: string | RegExp): Promise<void>;
  /** Clicks the first button or link whose text is exactly this. */
  click(text: string): void;
  /** Writes into the only field of the open dialog. */
  fill(text: string): void;
  /** Writes into the field or choice of this name (its aria-label, or the text of its label). */
  type(label: string, text: string): void;
  /** Sends the form of the open dialog, or of the page when none is open. */
  submit(): void;
  dispose(): void;
}

/** Renders the dashboard at a path. */
export function renderApp(path: string, options: Partial<FakeFleetOptions> = {}): RenderedApp {
  navigate(path, "replace");
  const fleet = new FakeFleet({ now: Date.now, ...options });
  const services = createServices(createRouterTransport(fleet.routes));
  const live = createLive((signal) => services.events.watchEvents({}, { signal }));
  const root = document.createElement("div");
  document.body.append(root);
  const undoNavigation = installNavigation();
  const disposeApp = render(() => <App api={{ services, live }} />, root);
  const text = () => (root.textContent ?? "").replace(/\s+/g, " ");
  return {
    fleet,
    text,
    says: (wanted) =>
      vi.waitFor(() => {
        const found = typeof wanted === "string" ? text().includes(wanted) : wanted.test(text());
        if (!found) throw new Error(`The page does not say ${wanted}: ${text()}`);
      }, PATIENCE),
    click(label) {
      const all = [...root.querySelectorAll<HTMLElement>("button, a")];
      const element = all.find((one) => one.textContent?.trim() === label);
      if (!element) throw new Error(`There is no button or link "${label}": ${text()}`);
      element.click();
    },
    fill(value) {
      const field = root.querySelector<HTMLTextAreaElement>("dialog[open] textarea");
      if (!field) throw new Error("No dialog with a field is open.");
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    },
    type(label, value) {
      const field = fieldOf(root, label);
      if (!field) throw new Error(`There is no field "${label}": ${text()}`);
      field.value = value;
      for (const kind of ["input", "change"]) {
        field.dispatchEvent(new Event(kind, { bubbles: true }));
      }
    },
    submit() {
      const form = root.querySelector("dialog[open] form") ?? root.querySelector("main form");
      form?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
    },
    dispose() {
      disposeApp();
      live.close();
      undoNavigation();
      root.remove();
    },
  };
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function fieldOf(root: HTMLElement, label: string): Field | undefined {
  const named = [...root.querySelectorAll<Field>("input, textarea, select")];
  const byName = named.find((one) => one.getAttribute("aria-label") === label);
  if (byName) return byName;
  const found = [...root.querySelectorAll("label")].find(
    (one) => one.textContent?.replace(/\s+/g, " ").trim() === label,
  );
  return named.find((one) => one.id !== "" && one.id === found?.htmlFor);
}
