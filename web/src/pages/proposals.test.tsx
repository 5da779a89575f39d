import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { proposeCommand } from "../base/commands";
import { serverError } from "../testing/fake_fleet";
import { PATIENCE, type RenderedApp, renderApp } from "../testing/render_app";
import { lackOf, requestOf } from "./proposal";

let app: RenderedApp;
afterEach(() => app?.dispose());

function button(text: string): HTMLButtonElement {
  const all = [...document.querySelectorAll<HTMLButtonElement>("main button")];
  const found = all.find((one) => one.textContent?.trim() === text);
  if (!found) throw new Error(`There is no button ${text}.`);
  return found;
}

describe("the page that proposes a change", () => {
  test("checks first, says what it would do, then proposes and shows it", async () => {
    app = renderApp("/propose");
    await app.says("Say which sysctl is to have which value.");
    expect(button("Check").disabled).toBe(true);
    app.type("Sysctl 1", "net.ipv4.tcp_tw_reuse");
    app.type("Value 1", "1");
    await app.says("Say where: at least one label with its value.");
    app.type("Label 1", "unit");
    app.type("Value of label 1", "shop.service");
    app.type("Canary, targets", "2");
    app.type("Waves after it", "25%, 10");
    app.type("Each soaks", "10m");
    app.type("Reason (required; it is recorded)", "the shop runs out");
    await app.says("Check it first: that changes nothing.");
    expect(button("Propose").disabled).toBe(true);

    app.submit();
    await app.says("set net.ipv4.tcp_tw_reuse to '1' in 2 namespaces of 2 hosts");
    await app.says("It takes the approvals of 2 different people; none is there yet.");
    await app.says("demo-3 green: its agent has the profile observe");
    await app.says("The fake fleet has nothing against it.");
    expect(app.fleet.mutations).toEqual([]);
    expect(app.fleet.checked).toMatchObject({
      desiredValues: { "net.ipv4.tcp_tw_reuse": "1" },
      plan: {
        selector: { unit: "shop.service" },
        canaryCount: 2,
        waves: [{ size: { case: "percent", value: 25 } }, { size: { case: "count", value: 10 } }],
        soak: { seconds: 600n },
      },
      reason: "the shop runs out",
      validateOnly: true,
    });

    app.click("Propose");
    await vi.waitFor(() => expect(window.location.pathname).toBe("/recommendations/c-1"), PATIENCE);
    expect(app.fleet.mutations[0]).toMatchObject({
      method: "proposeChange",
      request: { validateOnly: false, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    await app.says(/proposed by ?local/);
    await app.says("what each namespace has when it is sent");
    await app.says("the agents of 2 namespaces write the values");
    await app.says(/expires ?in 23h 59m/);
  });

  test("has its whole form in the URL, and an answer is for the form as it was sent", async () => {
    app = renderApp(
      "/propose?set=net.ipv4.tcp_tw_reuse%3D1&where=unit%3Dshop.service&reason=why&pause=1",
    );
    await app.says("berthctl propose --set net.ipv4.tcp_tw_reuse=1 --selector unit=shop.service");
    app.submit();
    await app.says("What it would do");
    app.type("Value 1", "2");
    await vi.waitFor(() => expect(app.text()).not.toContain("What it would do"), PATIENCE);
    expect(button("Propose").disabled).toBe(true);
    expect(window.location.search).toContain("tcp_tw_reuse%3D2");
  });

  test("shows a refusal with the next step", async () => {
    app = renderApp("/propose?set=net.ipv4.tcp_fin_timeout%3D5&where=host%3Da&reason=why");
    await app.says("Check it first");
    app.fleet.failCheck = serverError(
      Code.FailedPrecondition,
      "net.ipv4.tcp_fin_timeout = 5: it does nothing to TIME_WAIT.",
      "BAD_ADVICE",
    );
    app.submit();
    await app.says("it does nothing to TIME_WAIT.");
    await app.says("Take the value that is advised instead, then check again.");
  });

  test("is reached from the recommendations and from a namespace", async () => {
    app = renderApp("/recommendations");
    await app.says("Propose a change");
    app.click("Propose a change");
    await app.says("What to set");
    app.dispose();

    app = renderApp("/hosts/demo-1");
    await app.says("Propose a change here");
    app.click("Propose a change here");
    await app.says("What to set");
    expect(new URLSearchParams(window.location.search).get("where")).toBe("host=demo-1;netns=blue");
  });
});

describe("a proposal", () => {
  const whole = {
    values: [{ name: "net.core.somaxconn", value: "4096" }],
    selector: [{ name: "unit", value: "my shop" }],
    canary: 0,
    waves: "",
    soak: "",
    failed: 0,
    follow: false,
    persist: false,
    pause: false,
    reason: "why",
  };

  test("says what it lacks", () => {
    expect(lackOf(whole)).toBe("");
    expect(lackOf({ ...whole, values: [] })).toContain("which sysctl");
    expect(lackOf({ ...whole, selector: [{ name: "unit", value: "" }] })).toContain("where");
    expect(lackOf({ ...whole, values: [...whole.values, ...whole.values] })).toContain("twice");
    expect(lackOf({ ...whole, waves: "some" })).toBe("Correct what is marked.");
    expect(lackOf({ ...whole, soak: "25h" })).toBe("Correct what is marked.");
    expect(lackOf({ ...whole, reason: "" })).toContain("why");
  });

  test("leaves to the server what is not said", () => {
    expect(requestOf(whole).plan).toEqual({
      selector: { unit: "my shop" },
      canaryCount: 0,
      waves: [],
      failedTargetsMax: 0,
      pauseAfterCanary: false,
      persist: false,
      follows: false,
    });
  });

  test("has a comma of a label's value escaped in its command", () => {
    const selector = [{ name: "host.racks", value: "a,b" }];
    expect(proposeCommand({ ...whole, selector })).toContain("--selector 'host.racks=a\\,b'");
  });

  test("is the same as a command", () => {
    expect(
      proposeCommand({ ...whole, canary: 2, waves: "10%, 5", soak: "1h 30m", failed: 1 }),
    ).toBe(
      "berthctl propose --set net.core.somaxconn=4096 --selector 'unit=my shop' --canary 2 --wave 10% --wave 5 --soak 1h30m --max-failed 1 --reason why",
    );
  });
});
