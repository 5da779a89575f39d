import { afterEach, expect, test, vi } from "vitest";
import { PATIENCE, type RenderedApp, renderApp } from "../testing/render_app";

let app: RenderedApp;
afterEach(() => app?.dispose());

function submit() {
  document
    .querySelector("dialog[open] form")
    ?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

async function silenceTheIncident() {
  app = renderApp("/incidents/i-1");
  await app.says("Silence…");
  app.click("Silence…");
  app.fill("kernel upgrade");
  submit();
  await app.says("Silenced until");
}

test("an incident is silenced by the labels of its pools, for a time, with a reason", async () => {
  await silenceTheIncident();
  expect(app.fleet.mutations[0]).toMatchObject({
    method: "createSilence",
    request: {
      // On two hosts: by what they share, without the pid.
      silence: { selector: { process: "checkout" }, reason: "kernel upgrade" },
      length: { seconds: 7200n },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
});

test("a silenced incident does not wait for anyone, is marked in the list and can be hidden", async () => {
  await silenceTheIncident();
  await vi.waitFor(() => expect(document.querySelector(".count-critical")).toBeNull(), PATIENCE);
  app.click("Incidents");
  await app.says(/OPEN ?silenced/);
  const select = document.querySelector<HTMLSelectElement>('[aria-label="Silenced incidents"]');
  if (!select) throw new Error("The list has no choice about silenced incidents.");
  select.value = "hidden";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await app.says("No incident: nothing runs out.");
  expect(window.location.search).toBe("?silenced=hidden");
});

test("the silences are listed, and one is ended by its button", async () => {
  await silenceTheIncident();
  app.click("Silences");
  await app.says("process=checkout");
  await app.says("ACTIVE");
  app.click("Expire the silence of process=checkout");
  await app.says("No silence: make one on an incident's page");
  expect(app.fleet.mutations[1]).toMatchObject({
    method: "expireSilence",
    request: { name: "silences/s-1" },
  });
  await vi.waitFor(
    () => expect(document.querySelector(".count-critical")).not.toBeNull(),
    PATIENCE,
  );
});
