import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { whyNot } from "../base/rollout_words";
import { RolloutState } from "../gen/berthmaster/v1/rollout_pb";
import { serverError } from "../testing/fake_fleet";
import { PATIENCE, type RenderedApp, renderApp } from "../testing/render_app";
import { rolloutSteps } from "./rollout_steps";

let app: RenderedApp;
afterEach(() => app?.dispose());

function button(text: RegExp): HTMLButtonElement {
  const all = [...document.querySelectorAll<HTMLButtonElement>("main button")];
  const found = all.find((one) => text.test(one.textContent ?? ""));
  if (!found) throw new Error(`There is no button ${text}.`);
  return found;
}

describe("the page of a rollout in waves", () => {
  test("says how far it is, by whom it was approved and what the plan is", async () => {
    app = renderApp("/rollouts/o-2", { waveTargets: 40 });
    await app.says("wave 2 of 4 soaks");
    await app.says(/holding ?2 of 40/);
    await app.says("ann approved");
    await app.says("unit=shop.service");
    await app.says("a canary of 2, then 10 %, 50 %, then the rest");
    await app.says("when more than 3 targets after the canary fail");
    await app.says("kept: written to /etc/sysctl.d once confirmed");
    // The wave in progress is unfolded, the others are not.
    await app.says("node-0002 / shop");
    expect(app.text()).not.toContain("node-0000 / shop");
    expect(app.text()).not.toContain("node-0030 / shop");
  });

  test("shows the targets of a state, and what it shows is in the URL", async () => {
    app = renderApp("/rollouts/o-2", { waveTargets: 40 });
    await app.says("failed 1");
    app.click("failed 1");
    await app.says("the agent refused: a listener is on port 15432");
    expect(window.location.search).toBe("?state=failed");
    expect(app.text()).toContain("node-0003 / shop");
    expect(app.text()).not.toContain("node-0002 / shop");
  });

  test("shows the gates and the pool before, predicted and now", async () => {
    app = renderApp("/rollouts/o-2?show=gates", { waveTargets: 40 });
    await app.says("2.2 /s → 2.4 /s");
    app.click("pool");
    await app.says("settles at 93.0 %");
    await app.says("settles at 57.0 %");
    app.click("Details of node-0002 / shop");
    await app.says("Since the write, over 1m 00s");
    await app.says("unknown: the newest sample has no pool in this namespace");
    expect(window.location.search).toBe("?show=pool&target=3");
    app.click("Close");
    expect(window.location.search).toBe("?show=pool");
  });

  test("draws only the rows in the window of 5,000 targets", async () => {
    app = renderApp("/rollouts/o-2?open=0,1,2,3", { waveTargets: 5000 });
    await app.says("0 of 2,498 hold");
    expect(document.querySelectorAll("main tbody tr").length).toBeLessThan(400);
    expect(document.querySelectorAll("table.windowed").length).toBe(3);
  });
});

describe("what a person does to a rollout", () => {
  test("is paused with a reason, says who paused it and why, and is resumed", async () => {
    app = renderApp("/rollouts/o-2", { waveTargets: 40 });
    await app.says("wave 2 of 4 soaks");
    expect(button(/^Resume/).disabled).toBe(true);
    button(/^Pause/).click();
    await app.says("berthctl rollout pause rollouts/o-2");
    app.fill("the shop is slow");
    app.submit();
    await app.says(/Paused by local now: the shop is slow/);
    expect(button(/^Pause/).disabled).toBe(true);
    expect(button(/^Promote/).title).toBe("it is paused: resume it first");

    button(/^Resume/).click();
    app.fill("it was the database");
    app.submit();
    await vi.waitFor(() => expect(app.text()).not.toContain("Paused by"), PATIENCE);
    expect(app.fleet.mutations.map((one) => one.method)).toEqual(["pauseRollout", "resumeRollout"]);
  });

  test("is promoted to the next wave, which the dialog names", async () => {
    app = renderApp("/rollouts/o-2", { waveTargets: 40 });
    await app.says("wave 2 of 4 soaks");
    button(/^Promote/).click();
    await app.says("The soak of wave 2 of 4 ends at once, on your word, and wave 3 of 4 begins.");
    app.fill("seen enough");
    app.submit();
    await app.says("wave 3 of 4 is being written");
    expect(app.fleet.mutations[0]).toMatchObject({
      method: "promoteRollout",
      request: { name: "rollouts/o-2", reason: "seen enough", etag: "" },
    });
  });

  test("is aborted, and says why it stopped", async () => {
    app = renderApp("/rollouts/o-2", { waveTargets: 40 });
    await app.says("wave 2 of 4 soaks");
    expect(button(/^Revert/).title).toBe("it is not confirmed yet: abort it");
    button(/^Abort/).click();
    app.fill("wrong range");
    app.submit();
    await app.says("Stopped: aborted: local: wrong range");
    await app.says("prior values are being put back");
    expect(button(/^Abort/).disabled).toBe(true);
  });

  test("is told the next step when the server refuses", async () => {
    app = renderApp("/rollouts/o-2", { waveTargets: 40 });
    await app.says("wave 2 of 4 soaks");
    app.fleet.failNext = serverError(
      Code.FailedPrecondition,
      "rollouts/o-2 has a target that no sample has shown with its new value yet.",
      "NOTHING_TO_PROMOTE",
    );
    button(/^Promote/).click();
    app.fill("go");
    app.submit();
    await app.says("Wait until samples have shown every target of the wave with its new value.");
  });
});

test("the list says the wave, the targets that hold, and who paused it", async () => {
  app = renderApp("/rollouts", { waveTargets: 40 });
  await app.says("wave 2 of 4");
  await app.says("2 of 40");
  await app.says("unit=shop.service");
  app.fleet.waves.act("pause", "the shop is slow");
  await app.says("paused");
  app.fleet.waves.act("abort", "wrong range");
  await app.says("aborted: local: wrong range");
});

describe("rolloutSteps", () => {
  const statuses = (state: RolloutState, wave = 0, waveCount = 4) =>
    rolloutSteps({ state, wave, waveCount }).map((step) => step.status);

  test("show what was, what is and what comes", () => {
    expect(statuses(RolloutState.APPROVED)).toEqual(["current", "ahead", "ahead", "ahead"]);
    expect(statuses(RolloutState.SOAKING)).toEqual(["done", "current", "ahead", "ahead"]);
    expect(statuses(RolloutState.WAVE, 1)).toEqual(["done", "done", "current", "ahead"]);
    expect(statuses(RolloutState.SOAKING, 2)).toEqual(["done", "done", "current", "ahead"]);
    expect(statuses(RolloutState.CONFIRMED, 3)).toEqual(["done", "done", "done", "done"]);
    expect(statuses(RolloutState.REVERTING, 1)).toEqual(["done", "done", "current", "ahead"]);
    expect(statuses(RolloutState.FAILED)).toEqual(["done", "failed"]);
  });

  test("a rollout of one wave has no step for waves", () => {
    expect(statuses(RolloutState.CANARY, 0, 1)).toEqual(["done", "current", "ahead"]);
    expect(statuses(RolloutState.CONFIRMED, 0, 1)).toEqual(["done", "done", "done"]);
  });

  test("a state of a later version claims nothing", () => {
    expect(statuses(99 as RolloutState)).toEqual(["ahead", "ahead", "ahead", "ahead"]);
  });
});

describe("whyNot", () => {
  const allowed = (state: RolloutState, pause?: { pauser: string }) =>
    (["pause", "resume", "promote", "abort", "revert"] as const).filter(
      (verb) => whyNot(verb, { state, wave: 0, waveCount: 1, pause: pause as never }) === "",
    );

  test("names what each state allows", () => {
    expect(allowed(RolloutState.APPROVED)).toEqual(["pause", "abort"]);
    expect(allowed(RolloutState.SOAKING)).toEqual(["pause", "promote", "abort"]);
    expect(allowed(RolloutState.WAVE, { pauser: "ann" })).toEqual(["resume", "abort"]);
    expect(allowed(RolloutState.CONFIRMED)).toEqual(["revert"]);
    expect(allowed(RolloutState.REVERTED)).toEqual([]);
    expect(allowed(RolloutState.FAILED)).toEqual([]);
  });
});
