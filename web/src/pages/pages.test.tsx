import { afterEach, describe, expect, test, vi } from "vitest";
import { SICK_NETNS, SICK_POOL } from "../testing/fake_names";
import { PATIENCE, type RenderedApp, renderApp } from "../testing/render_app";

// happy-dom draws no canvas; what is drawn is tested in charts/pool_series.test.ts.
vi.mock("uplot", () => ({
  default: class {
    setData() {}
    setSize() {}
    destroy() {}
  },
}));

let app: RenderedApp;
afterEach(() => app.dispose());

describe("the fleet page", () => {
  test("shows what runs out first: counts, the incident, the hosts and the pools", async () => {
    app = renderApp("/");
    await app.says("10.77.0.1 → 10.77.0.2:8080 in blue on demo-1 runs out");
    await app.says(/hosts attached ?11/);
    await app.says(/hosts unreachable ?1/);
    await app.says("140 %");
    expect(document.title).toBe("Fleet · Berthmaster");
    expect(app.text()).toContain("berthctl get pools");
    expect(app.text()).not.toContain("All is well");
  });

  test("says so when all is well, and how to see something run out", async () => {
    app = renderApp("/", { sick: false, calmHosts: 3 });
    await app.says("All is well.");
    expect(app.text()).toContain("./dev run --demo");
  });

  test("says how to start when no agent ever attached", async () => {
    app = renderApp("/", { sick: false, calmHosts: 0 });
    await app.says("No host yet.");
  });

  test("never shows an unknown rate as a figure", async () => {
    app = renderApp("/?filter=web-02");
    await app.says("unknown: the rate window, 5 s or more, is not full yet");
    expect(app.text()).not.toContain("0 /s");
  });

  test("narrows the pools by the filter of the URL", async () => {
    app = renderApp("/?filter=port%3D8080");
    await app.says("9.2 /s");
    const table = document.querySelector('[aria-rowcount="2"]');
    expect(table?.textContent).toContain("10.77.0.1 → 10.77.0.2:8080");
    expect(document.querySelector<HTMLInputElement>("[data-filter]")?.value).toBe("port=8080");
  });
});

test("a host shows its namespaces, what it cannot see, and unknown with its reason", async () => {
  app = renderApp("/hosts/demo-1");
  await app.says("inode 4026532711");
  await app.says("net.ipv4.ip_local_port_range");
  await app.says("start it with CAP_SYS_ADMIN");
  expect(app.text()).toContain("unknown: the agent could not read net.ipv4.tcp_max_tw_buckets");
});

test("a namespace shows findings, failures, what is not listed, counters and its source", async () => {
  app = renderApp(`/hosts/demo-1?open=${SICK_NETNS.split("/").at(-1)}`);
  await app.says("restart blocked");
  await app.says("the listener is gone and 31 of its connections hold the port");
  await app.says("17 times: checkout (pid 4711), 10.77.0.1 → 10.77.0.2:8080");
  await app.says("At least 2,100 smaller connect pools are not listed: 2,345 sockets, 12 of them");
  await app.says("TcpExt.ListenOverflows");
  await app.says("listener 0.0.0.0:8080");
  await app.says("SNAT udp 203.0.113.1 → 10.77.0.3:53");
  await app.says("tells ports made by bind() from those made by connect()");
});

test("a pool of another kind says what it is, and shows nothing that it has not", async () => {
  app = renderApp(`/pools/${SICK_NETNS}/pools/listen-0.0.0.0-8080`);
  await app.says("Connections that wait for accept() against the backlog.");
  await app.says("unknown: it is not measured for pools of this kind");
  expect(app.text()).not.toContain("blocked ports");
  expect(app.text()).not.toContain("Sockets by TCP state");
});

test("the kind of the pools is chosen beside the filter", async () => {
  app = renderApp("/");
  await app.says("bind() on 10.77.0.1");
  const select = document.querySelector<HTMLSelectElement>('select[aria-label="Kind of pool"]');
  if (!select) throw new Error("no choice of kind");
  select.value = "conntrack-table";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  await vi.waitFor(
    () => expect(window.location.search).toBe("?filter=kind%3Dconntrack-table"),
    PATIENCE,
  );
  await vi.waitFor(() => expect(app.text()).not.toContain("bind() on 10.77.0.1"), PATIENCE);
});

test("what is unfolded stands in the URL", async () => {
  app = renderApp("/hosts/demo-1?open=1");
  await app.says("inode 4026532711");
  const details = [...document.querySelectorAll<HTMLDetailsElement>("details.fold")];
  const sick = details.find((one) => one.textContent?.includes("blue"));
  expect(sick?.open).toBe(false);
  sick?.querySelector("summary")?.click();
  await vi.waitFor(() => expect(window.location.search).toBe("?open=1%2C4711"), PATIENCE);
  expect(sick?.open).toBe(true);
});

test("a pool shows its figures, states, releases and incidents", async () => {
  app = renderApp(`/pools/${SICK_POOL}?range=5m`);
  await app.says("Incidents of this pool");
  await app.says("TIME_WAIT sockets end within 61 s");
  await app.says("The chart as a table");
  await app.says("checkout (pid 4711) in /system.slice/checkout.service");
  await app.says(/of them closed first here ?97.0 %/);
  await app.says(/connect\(\) found no port ?17/);
  await app.says(/connect\(\) costs now ?59 µs a call, 0.0 % of a core/);
  await app.says(/connect\(\) costs at exhaustion ?101 µs a call/);
  await app.says(/runs out within, when sampled ?\d+\w? ?.* to \d+/);
  expect(app.text()).toContain("berthctl describe pool");
  const pressed = document.querySelector('.choice [aria-pressed="true"]');
  expect(pressed?.textContent).toBe("5 min");
});

test("an incident of several pools lists them", async () => {
  app = renderApp("/incidents/i-1");
  await app.says("What it hurts: 3 pools");
  await app.says("10.77.3.1 → 10.77.0.2:8080");
  await app.says("no exhaustion ahead");
  await app.says("and 1 more");
});

test("a page follows the notices", async () => {
  let now = Date.now();
  app = renderApp(`/hosts/demo-1?open=${SICK_NETNS.split("/").at(-1)}`, { now: () => now });
  await app.says("239");
  now += 10_000;
  app.fleet.sample();
  await app.says("331");
});

test("a resource that does not exist is said to be missing", async () => {
  app = renderApp("/incidents/nothing");
  await app.says("There is no incidents/nothing.");
  await app.says("NOT_FOUND");
});

test("an unknown path has a way back", async () => {
  app = renderApp("/nowhere");
  await app.says("There is no such page");
});

test("a lost stream is said, and everything is read again when it is back", async () => {
  app = renderApp("/hosts");
  await app.says("12 of 12 hosts");
  await vi.waitFor(() => expect(app.fleet.notices.count).toBe(1), PATIENCE);
  app.fleet.notices.cut();
  await app.says("The connection to the controller is lost.");
  app.click("Try now");
  await vi.waitFor(() => expect(app.text()).not.toContain("is lost"), PATIENCE);
  expect(app.fleet.notices.count).toBe(1);
});
