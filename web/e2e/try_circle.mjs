// Checks the dashboard against the fake fleet, without a controller: the whole circle, and what the circle does not pass by.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { checkAccessibility } from "./axe.mjs";
import { launch, openPage } from "./browser.mjs";
import { startFakeServer } from "./fake_server.mjs";

/** Runs circle.mjs in a process of its own, as the integration test of the repository does. */
async function runCircle() {
  const server = await startFakeServer();
  const circle = spawn(process.execPath, [fileURLToPath(new URL("circle.mjs", import.meta.url))], {
    env: { ...process.env, BERTHMASTER_WEB_URL: server.url },
    stdio: "inherit",
  });
  const code = await new Promise((resolve) => circle.on("exit", resolve));
  await server.stop();
  if (code !== 0) throw new Error(`circle.mjs exited with ${code}`);
}

/** The Fleet page of a fleet of another size or health. */
async function checkFleet(browser, options, heading) {
  const server = await startFakeServer(options);
  const { page, complaints } = await openPage(browser, "dark");
  await page.goto(server.url);
  await page.getByText(heading).first().waitFor();
  await checkAccessibility(page, `the fleet with ${JSON.stringify(options)}`);
  await page.context().close();
  await server.stop();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

/** The dialogs that keys open, and the way they lead. */
async function checkKeys(browser) {
  const server = await startFakeServer();
  const { page } = await openPage(browser);
  await page.goto(server.url);
  await page.getByText("Pools nearest to exhaustion").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await checkAccessibility(page, "the key sheet");
  await page.keyboard.press("Escape");

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to a page" }).fill("web-05");
  await page.getByRole("option", { name: "web-05" }).waitFor();
  await checkAccessibility(page, "the palette");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "web-05" }).waitFor();

  await page.keyboard.press("g");
  await page.keyboard.press("r");
  await page.getByRole("heading", { name: "Recommendations", exact: true }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("pooling");
  await page.waitForURL((url) => url.search === "?filter=pooling");
  await page.goBack();
  await page.getByRole("heading", { name: "web-05" }).waitFor();
  await page.context().close();
  await server.stop();
}

/** An incident that is silenced, and its silence in the list. */
async function checkSilence(browser) {
  const server = await startFakeServer();
  const { page, complaints } = await openPage(browser);
  await page.goto(`${server.url}/incidents/i-1`);
  await page.getByRole("button", { name: "Silence…" }).click();
  await page.getByRole("dialog", { name: "Silence this incident" }).waitFor();
  await checkAccessibility(page, "the dialog of a silence");
  await page.getByRole("textbox", { name: "Reason" }).fill("kernel upgrade");
  await page.getByRole("button", { name: "Silence", exact: true }).click();
  await page.getByText("Silenced until").waitFor();
  await checkAccessibility(page, "a silenced incident");
  await page.goto(`${server.url}/silences`);
  await page.getByText("process=checkout").first().waitFor();
  await checkAccessibility(page, "a silence in the list");
  await page.context().close();
  await server.stop();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

/** A rollout in waves that is paused and aborted, a proposal from the form to the list, and a freeze. */
async function checkChanges(browser) {
  const server = await startFakeServer({ waveTargets: 5000 });
  const { page, complaints } = await openPage(browser, "dark");
  await page.goto(`${server.url}/rollouts/o-2?open=0,1,2,3`);
  await page.getByText("wave 2 of 4 soaks").waitFor();
  for (const view of ["values", "gates", "pool"]) {
    await page.getByRole("button", { name: view, exact: true }).click();
    await checkAccessibility(page, `a rollout of 5,000 targets, ${view}`);
  }
  await page.getByRole("button", { name: "failed 1" }).click();
  await page.getByRole("button", { name: /^Details of node-0003/ }).click();
  await page.getByRole("button", { name: "Close" }).waitFor();
  await checkAccessibility(page, "all about one target");
  await page.getByRole("button", { name: "Pause…" }).click();
  const pause = page.getByRole("dialog", { name: "Pause this rollout" });
  await checkAccessibility(page, "the dialog that pauses a rollout");
  await pause.getByRole("textbox").fill("the shop is slow");
  await pause.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByText("Paused by local").waitFor();
  await checkAccessibility(page, "a paused rollout");
  await page.goto(`${server.url}/rollouts`);
  await page.getByText("paused", { exact: true }).waitFor();
  await checkAccessibility(page, "a paused rollout in the list");

  await page.goto(`${server.url}/propose`);
  await page.getByLabel("Sysctl 1").fill("net.ipv4.tcp_tw_reuse");
  await page.getByLabel("Value 1", { exact: true }).fill("1");
  await page.getByLabel("Label 1", { exact: true }).fill("unit");
  await page.getByLabel("Value of label 1").fill("shop.service");
  await page.getByLabel("Each soaks").fill("soon");
  await page.getByRole("textbox", { name: /^Reason/ }).fill("the shop runs out");
  await page.getByText("Correct what is marked.").waitFor();
  await checkAccessibility(page, "a proposal with a field that is wrong");
  await page.getByLabel("Each soaks").fill("10m");
  await page.getByRole("button", { name: "Check" }).click();
  await page.getByText("What it would do").waitFor();
  await checkAccessibility(page, "a proposal that was checked");
  await page.getByRole("button", { name: "Propose", exact: true }).click();
  await page.getByText("It takes the approvals of 2 different people").waitFor();
  await checkAccessibility(page, "a change that a person proposed");

  await page.goto(`${server.url}/policies`);
  await page.getByRole("button", { name: "Freeze…" }).click();
  const freeze = page.getByRole("dialog", { name: "Freeze" });
  await checkAccessibility(page, "the dialog that freezes");
  await freeze.getByRole("textbox", { name: /^Reason/ }).fill("release night");
  await freeze.getByRole("button", { name: "Freeze", exact: true }).click();
  await page.getByText("FROZEN").waitFor();
  await checkAccessibility(page, "a freeze");

  await page.goto(`${server.url}/audit`);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await page.getByText("Intact: 3 entries").waitFor();
  await page.getByRole("button", { name: "Sign a checkpoint" }).click();
  await page.getByText("Signed at entry 3.").waitFor();
  await checkAccessibility(page, "the audit chain, verified and signed");
  await page.context().close();
  await server.stop();
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
}

await runCircle();
const browser = await launch();
try {
  await checkFleet(browser, { sick: false, calmHosts: 3 }, "All is well.");
  await checkFleet(browser, { sick: false, calmHosts: 0 }, "No host yet.");
  await checkFleet(browser, { calmHosts: 500 }, "hosts with more headroom are not drawn");
  await checkKeys(browser);
  await checkSilence(browser);
  await checkChanges(browser);
  console.log("try_circle: done");
} finally {
  await browser.close();
}
