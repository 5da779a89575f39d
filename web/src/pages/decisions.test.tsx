import { Code } from "@connectrpc/connect";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serverError } from "../testing/fake_fleet";
import { PATIENCE, type RenderedApp, renderApp } from "../testing/render_app";

let app: RenderedApp;
afterEach(() => app?.dispose());

function submit() {
  document
    .querySelector("dialog[open] form")
    ?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

describe("an approval", () => {
  test("sends the reason, the etag as seen and a request id, and goes to the rollout", async () => {
    app = renderApp("/recommendations/r-1");
    await app.says("What it writes");
    app.click("Approve…");
    app.fill("  capacity review of tonight  ");
    submit();
    await vi.waitFor(() => expect(window.location.pathname).toBe("/rollouts/o-1"), PATIENCE);

    expect(app.fleet.mutations).toHaveLength(1);
    expect(app.fleet.mutations[0]).toMatchObject({
      method: "approveRecommendation",
      request: {
        name: "recommendations/r-1",
        reason: "capacity review of tonight",
        etag: "r-1-0",
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
  });

  test("needs a reason", async () => {
    app = renderApp("/recommendations/r-1");
    await app.says("What it writes");
    app.click("Approve…");
    app.fill("   ");
    submit();
    expect(app.fleet.mutations).toEqual([]);
    const button = document.querySelector<HTMLButtonElement>("dialog [type=submit]");
    expect(button?.disabled).toBe(true);
  });

  test("shows a refusal with its reason, and a second try has the same request id", async () => {
    app = renderApp("/recommendations/r-1");
    await app.says("What it writes");
    app.fleet.failNext = serverError(
      Code.FailedPrecondition,
      "The agent of demo-1 may not write: start it with --profile=enforce.",
      "AGENT_NOT_ENFORCING",
    );
    const uuid = vi.spyOn(crypto, "randomUUID");
    app.click("Approve…");
    app.fill("try it");
    submit();
    await app.says("start it with --profile=enforce.");
    await app.says("AGENT_NOT_ENFORCING");
    expect(app.text()).not.toContain("tried again by itself");

    submit();
    await vi.waitFor(() => expect(app.fleet.mutations).toHaveLength(1), PATIENCE);
    expect(uuid).toHaveBeenCalledTimes(1);
    const requestId = uuid.mock.results[0]?.value;
    expect(app.fleet.mutations[0]).toMatchObject({ request: { requestId } });
  });
});

describe("a recommendation that two people must approve", () => {
  test("says who has approved and what is missing, before and after an approval", async () => {
    app = renderApp("/recommendations/r-1");
    app.fleet.circle.approvalsRequired = 2;
    await app.says("What it writes");
    await app.says("It takes the approvals of 2 different people; none is there yet.");
    await app.says(/approvals ?0 of 2/);
    app.click("Approve…");
    app.fill("first pair of eyes");
    app.submit();
    await app.says("Your approval is recorded. One more approval, by somebody else");
    await app.says(/approvals ?1 of 2: local/);
    await app.says("local approved now: first pair of eyes");
    expect(window.location.pathname).toBe("/recommendations/r-1");

    app.fleet.circle.approve("recommendations/r-1", "second pair of eyes", "ann");
    await app.says("See its rollout");
    await app.says("ann approved");
  });

  test("is refused to who approved it already, with the next step", async () => {
    app = renderApp("/recommendations/r-1");
    await app.says("What it writes");
    app.fleet.failNext = serverError(
      Code.FailedPrecondition,
      "local has approved recommendations/r-1 already; it needs 2 different people",
      "APPROVED_ALREADY",
    );
    app.click("Approve…");
    app.fill("again");
    app.submit();
    await app.says("it needs 2 different people");
    await app.says("Ask somebody else to approve it: each person counts once.");
  });

  test("is shown so in the list and on the card of its incident", async () => {
    app = renderApp("/recommendations");
    app.fleet.circle.approvalsRequired = 2;
    app.fleet.circle.approve("recommendations/r-1", "first pair of eyes", "ann");
    await app.says("1 of 2: ann");
    app.dispose();

    app = renderApp("/incidents/i-1");
    await app.says("proposed by berthmaster");
  });
});

test("a rejection records its reason", async () => {
  app = renderApp("/recommendations/r-2");
  await app.says("by Little's law");
  app.click("Reject…");
  app.fill("the client is replaced next week");
  submit();
  await app.says("REJECTED");
  await app.says("the client is replaced next week");
  expect(app.fleet.mutations[0]?.method).toBe("rejectRecommendation");
});

test("an incident is acknowledged whatever its figures are, and resolved with a reason", async () => {
  app = renderApp("/incidents/i-1");
  await app.says("Why: TIME_WAIT churn");
  await app.says("Widen the local port range of blue");
  app.click("Acknowledge");
  await app.says("acknowledged by local");
  expect(app.fleet.mutations[0]).toMatchObject({ request: { name: "incidents/i-1", etag: "" } });

  app.click("Resolve…");
  app.fill("the load test is over");
  submit();
  await app.says(/Resolved now: the load test is over/);
});

test("a confirmed rollout can be reverted with a reason", async () => {
  app = renderApp("/rollouts");
  app.fleet.circle.approve("recommendations/r-1", "go");
  for (let count = 0; count < 3; count++) app.fleet.sample();
  await app.says("o-1");
  app.click("o-1");
  await app.says("CONFIRMED");
  await app.says("revision 3");

  app.click("Revert…");
  app.fill("the range is needed elsewhere");
  submit();
  await app.says("REVERTING");
  app.fleet.sample();
  await app.says("nothing written");
});

test("a recommendation shows what it takes to keep it and to follow it", async () => {
  app = renderApp("/recommendations/r-1");
  await app.says("/etc/sysctl.d/60-berthmaster.conf");
  await app.says("Holds: no port that a service is known to need");
  await app.says("this netns");
  app.dispose();

  app = renderApp("/recommendations/r-2");
  await app.says("keepalive 2;");
  await app.says("more source addresses");
  await app.says("one application");
});

test("a what-if is asked of the server with the numbers of the page, which are in its URL", async () => {
  app = renderApp("/recommendations/r-1?ports=1000&rate=2");
  await app.says("What if it were otherwise");
  await app.says("It is reckoned by the fake fleet.");
  expect(app.fleet.simulated).toMatchObject({
    pool: expect.stringContaining("/pools/"),
    settings: { "net.ipv4.ip_local_port_range": "32768 33767" },
    rateFactor: 2,
  });
  await app.says("112 %");

  const fields = [...document.querySelectorAll<HTMLInputElement>(".what-if-form input")];
  const connections = fields.at(-1);
  if (!connections) throw new Error("There is no field for the pool.");
  connections.value = "16";
  connections.dispatchEvent(new Event("change", { bubbles: true }));
  await vi.waitFor(() => expect(app.fleet.simulated?.connectionPoolSize).toBe(16), PATIENCE);
  expect(window.location.search).toContain("connections=16");
});
