import { afterEach, describe, expect, test } from "vitest";
import { fieldTime, momentOf, windowText } from "../base/policy_words";
import { durationOf } from "../base/time";
import { type RenderedApp, renderApp } from "../testing/render_app";

let app: RenderedApp;
afterEach(() => app?.dispose());

test("the policies page says the rules, the defaults and the bounds", async () => {
  app = renderApp("/policies");
  await app.says("batch");
  await app.says("unit=batch.service");
  await app.says(/near_limit_utilization_min 97.0 %/);
  await app.says("50.0 % to 100 %");
  await app.says("0s to 1h 00m");
});

test("the policies page says in words who must approve what", async () => {
  app = renderApp("/policies");
  await app.says("host.stage=test");
  await app.says("nobody Mon, Fri 09:00 to 17:00 UTC; else 1 person, the proposer counts");
  await app.says("2 different people, not the proposer");
  await app.says("No freeze.");
});

describe("a freeze", () => {
  const later = () => fieldTime(Date.now() + 3_600_000);

  test("is made with a time and a reason, and ended", async () => {
    app = renderApp("/policies");
    await app.says("No freeze.");
    app.click("Freeze…");
    app.type("Name", "release night");
    app.type("Until (your time zone)", later());
    app.type("Label 1", "unit");
    app.type("Value of label 1", "shop.service");
    app.fill("the release goes out");
    app.submit();
    await app.says("the release goes out");
    await app.says("FROZEN");
    expect(app.fleet.mutations[0]).toMatchObject({
      method: "updateApprovalPolicy",
      request: {
        policy: {
          etag: "1",
          rules: [{ name: "test hosts" }, { name: "shop" }],
          freezes: [
            {
              name: "release night",
              selector: { unit: "shop.service" },
              reason: "the release goes out",
            },
          ],
        },
      },
    });

    app.click("End… the freeze release night");
    await app.says("rollouts that it holds go on by themselves");
    app.submit();
    await app.says("No freeze.");
    expect(app.fleet.mutations[1]).toMatchObject({
      request: { policy: { freezes: [], etag: "2" } },
    });
  });

  test("that would be over before it begins cannot be made", async () => {
    app = renderApp("/policies");
    await app.says("No freeze.");
    app.click("Freeze…");
    app.type("Until (your time zone)", "2020-01-01T00:00");
    app.fill("oops");
    await app.says("It has to end after it begins.");
    app.submit();
    expect(app.fleet.mutations).toEqual([]);
  });
});

test("a window may go on into the next day", () => {
  const window = { days: [], start: durationOf(22 * 3_600_000), length: durationOf(4 * 3_600_000) };
  expect(windowText(window as never)).toBe("every day 22:00 to 02:00 of the next day UTC");
});

test("a field of date and time says the moment that it was given, to the minute", () => {
  const moment = Date.UTC(2026, 10, 27, 17, 5);
  expect(momentOf(fieldTime(moment))).toBe(moment);
  expect(momentOf("")).toBeUndefined();
});
