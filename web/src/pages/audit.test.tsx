import { afterEach, expect, test, vi } from "vitest";
import { AuditAction } from "../gen/berthmaster/v1/audit_pb";
import { PATIENCE, type RenderedApp, renderApp } from "../testing/render_app";

let app: RenderedApp;
afterEach(() => app?.dispose());

test("the audit page says who did what to what, from where and why", async () => {
  app = renderApp("/audit");
  await app.says("local/ann");
  await app.says("capacity review");
  await app.says("net.ipv4.ip_local_port_range 40000 40399 → 32768 60999");
  expect(document.querySelector('main a[href="/rollouts/o-2"]')).not.toBeNull();
});

test("the parts and the keys of the filter narrow what is asked of the server", async () => {
  app = renderApp("/audit");
  await app.says("local/ann");
  app.click("decisions");
  await app.says("berthctl audit list --action proposed --action approved");
  app.type("Filter the audit entries", "actor=local/ann host=demo-1 since=2h review");
  await vi.waitFor(
    () => expect(app.fleet.audit.asked).toMatchObject({ byHost: "hosts/demo-1" }),
    PATIENCE,
  );
  expect(app.fleet.audit.asked?.byActor).toBe("local/ann");
  expect(app.fleet.audit.asked?.byActions).toContain(AuditAction.APPROVED);
  expect(app.fleet.audit.asked?.byStartTime).toBeDefined();
  await app.says("--actor local/ann --host demo-1 --since 2h");
  await app.says("capacity review");
});

test("the chain is verified on demand, and its end is signed to be kept", async () => {
  app = renderApp("/audit");
  await app.says("local/ann");
  app.click("Verify");
  await app.says("Intact: 3 entries");
  app.fleet.audit.brokenSequence = 2n;
  app.click("Verify");
  await app.says("The chain is broken at entry 2: its hash is not that of its content");
  app.click("Sign a checkpoint");
  await app.says("Signed at entry 3.");
  await app.says('"sequence": "3"');
});
